package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;

/** Standard streams that are pipes, files, or those of this JVM, each by itself. */
final class RedirectedStreams implements StandardStreams {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int PERMISSIONS = 0666;

    private final List<Fd> opened = new ArrayList<>();
    private final Fd[] childs = new Fd[3];
    private OutputStream input = refusing();
    private InputStream output = InputStream.nullInputStream();
    private InputStream error = InputStream.nullInputStream();

    RedirectedStreams(Redirect in, Redirect out, Redirect err, boolean merged) {
        try {
            if (in.type() == Redirect.Type.PIPE) {
                Fd[] pipe = Kernel.pipe("standard input");
                childs[0] = pipe[READ];
                opened.add(pipe[READ]);
                opened.add(pipe[WRITE]); // until its stream has it
                input = new FdOutput(pipe[WRITE]);
                opened.remove(pipe[WRITE]);
            } else {
                childs[0] = open(in, 0);
            }
            if (out.type() == Redirect.Type.PIPE) {
                output = piped("standard output", 1);
            } else {
                childs[1] = open(out, 1);
            }
            if (merged) {
                childs[2] = childs[1];
            } else if (err.type() == Redirect.Type.PIPE) {
                error = piped("standard error", 2);
            } else {
                childs[2] = open(err, 2);
            }
        } catch (RuntimeException | Error e) {
            abandon();
            throw e;
        }
    }

    /** As {@link ProcessBuilder} has it: what is not a pipe can't be written to. */
    private static OutputStream refusing() {
        OutputStream closed = OutputStream.nullOutputStream();
        try {
            closed.close();
        } catch (IOException e) {
            throw new AssertionError("nothing to close", e);
        }
        return closed;
    }

    private InputStream piped(String what, int index) {
        Fd[] pipe = Kernel.pipe(what);
        childs[index] = pipe[WRITE];
        opened.add(pipe[WRITE]);
        // A container with users of its own can open /dev/stdout only if others may: the pipe is this user's.
        Kernel.check(Kernel.tryCall(Sys.FCHMOD, pipe[WRITE].number(), PERMISSIONS), Sys.FCHMOD, what);
        opened.add(pipe[READ]); // until its stream has it
        FdInput stream = new FdInput(pipe[READ]);
        opened.remove(pipe[READ]);
        return stream;
    }

    private Fd open(Redirect redirect, int number) {
        File file = redirect.file();
        if (redirect.type() == Redirect.Type.INHERIT || file == null) {
            return new Fd(number, "inherited from this JVM");
        }
        Constant flags = switch (redirect.type()) {
            case READ -> Constants.O_RDONLY;
            case APPEND -> Constant.or(Constants.O_WRONLY, Constants.O_CREAT, Constants.O_APPEND);
            default -> Constant.or(Constants.O_WRONLY, Constants.O_CREAT, Constants.O_TRUNC);
        };
        try {
            Fd fd = Kernel.open(file.getAbsolutePath(), flags, PERMISSIONS);
            opened.add(fd);
            return fd;
        } catch (ContainerException e) {
            throw new ContainerException("redirecting standard stream " + number + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Fd child(int index) {
        return childs[index];
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public InputStream error() {
        return error;
    }

    @Override
    public void close() {
        opened.forEach(Fd::close);
    }

    @Override
    public void closeKept() {
        for (AutoCloseable stream : List.<AutoCloseable>of(input, output, error)) {
            try {
                stream.close();
            } catch (Exception e) {
                throw new AssertionError("these streams have nothing to flush", e);
            }
        }
    }

    @Override
    public void drain() {
        for (InputStream stream : List.of(output, error)) {
            if (stream instanceof FdInput pipe) {
                pipe.drain();
            }
        }
        if (input instanceof FdOutput pipe) {
            pipe.close();
        }
    }
}
