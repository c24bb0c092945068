package io.lxc4j.launch;

import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.MachineCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The launch program as the kernel's loader wants it: a static ELF executable of two segments, the machine code with
 * the headers (readable, executable) and the image of the rows (readable, writable).
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/elf.5.html">elf(5)</a>
 */
final class Elf {
    private static final long CODE_BASE = 0x10000000L;
    private static final int HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int PROGRAM_HEADERS = 3;
    private static final int CODE_OFFSET = (HEADER_SIZE + PROGRAM_HEADERS * PROGRAM_HEADER_SIZE + 15) & ~15;

    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int PF_X = 1;
    private static final int PF_W = 2;
    private static final int PF_R = 4;

    private Elf() {}

    /** The address of the image; DATA_BASE in the machine code. */
    static long dataBase(Architecture architecture) {
        return CODE_BASE + dataOffset(architecture);
    }

    /** The image's offset in the file: pages of their own, whatever their size. */
    static int dataOffset(Architecture architecture) {
        return architecture.largestPage();
    }

    /**
     * All before the image.
     *
     * @param imageSize the size of the image in bytes
     * @param architecture whose code
     * @return the headers and the code, to lie at the file's beginning
     */
    static byte[] head(int imageSize, Architecture architecture, byte[] code) {
        ByteBuffer file = ByteBuffer.allocate(CODE_OFFSET + code.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        file.putShort((short) 2); // ET_EXEC
        file.putShort((short) architecture.elfMachine());
        file.putInt(1);
        file.putLong(CODE_BASE + CODE_OFFSET + MachineCode.PROGRAM_OFFSET);
        file.putLong(HEADER_SIZE);
        file.putLong(0).putInt(0);
        file.putShort((short) HEADER_SIZE).putShort((short) PROGRAM_HEADER_SIZE);
        file.putShort((short) PROGRAM_HEADERS);
        file.position(HEADER_SIZE);
        int page = architecture.largestPage();
        segment(file, PT_LOAD, PF_R | PF_X, 0, CODE_BASE, CODE_OFFSET + code.length, page);
        segment(file, PT_LOAD, PF_R | PF_W, dataOffset(architecture), dataBase(architecture), imageSize, page);
        segment(file, PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 16);
        file.position(CODE_OFFSET);
        file.put(code);
        return file.array();
    }

    private static void segment(ByteBuffer file, int type, int flags, long offset, long address, long size, int align) {
        file.putInt(type).putInt(flags);
        file.putLong(offset).putLong(address).putLong(address);
        file.putLong(size).putLong(size).putLong(align);
    }
}
