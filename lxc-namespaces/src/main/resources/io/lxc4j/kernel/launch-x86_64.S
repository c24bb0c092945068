/*
 * The launch engine's machine code for x86_64 (System V calling convention).
 *
 * Three entry points at fixed offsets:
 *    0  program  entry of the ELF image; walks the rows of the frame at DATA_BASE
 *   16  launch   long launch(frame*): clones a child that walks the frame's rows; returns the pid, or -errno
 *   32  call     long call(nr, a0, a1, a2, a3, a4, a5): one system call; returns the kernel's own result
 *
 * Frame (Frame.java holds the same offsets):
 *    0  u64 rows      address of the first row
 *    8  u64 channel   descriptor that a failure is reported to
 *   16  u32 stage     part of the report: which program failed
 *   20  u32 row       part of the report: index of the row that failed
 *   24  u32 errno     part of the report
 *   28  u32 magic     part of the report
 *   32  clone_args    88 bytes, for launch
 *  120  u64 oldmask   the caller's signal mask, kept while it clones; in an init, the status of a child
 *  128  u64 allmask   the mask that blocks everything
 *
 * Row, 80 bytes (Row.java):
 *    0  u32 nr        system call number
 *    4  u32 indirect  bit i: argument i is the address of its value
 *                     bit 31: an error, whichever, is a result: kept at the address, and other than 0
 *                     bit 30: no call, but an init that never returns; argument 0 is the pid of its main child
 *    8  u64 args[6]
 *   56  u64 tolerated bit e: error e is no failure
 *   64  u64 result    address that receives a result, or 0
 *   72  u32 on_error  row to go on with after a tolerated error, or 0 for the next
 *   76  u32 on_value  row to go on with after a result other than 0, or 0 for the next
 *
 * An init collects every child that ends, sends all signals that it gets on to its main child, and exits with that
 * child's status, or 128 + the signal that ended it. All signals must be blocked: it takes them from the queue, and
 * SIGSEGV and its like as well if somebody sent them (a real fault ends it in spite of the mask). Without any child it
 * fails with ECHILD.
 *
 * The child shares the caller's stack and memory until it execs: the walk uses neither stack nor libc.
 */
        .intel_syntax noprefix
        .text
        .set DATA_BASE, 0x10001000
        .globl program, launch, call

program:
        mov     ebx, DATA_BASE
        jmp     walk

        .balign 16
launch: jmp     do_launch

        .balign 16
call:   mov     rax, rdi
        mov     rdi, rsi
        mov     rsi, rdx
        mov     rdx, rcx
        mov     r10, r8
        mov     r8, r9
        mov     r9, [rsp + 8]
        syscall
        ret

do_launch:
        push    rbx
        mov     rbx, rdi
        mov     eax, 14                 /* rt_sigprocmask(SIG_SETMASK, allmask, oldmask, 8) */
        mov     edi, 2
        lea     rsi, [rbx + 128]
        lea     rdx, [rbx + 120]
        mov     r10d, 8
        syscall
        mov     eax, 435                /* clone3(clone_args, 88) */
        lea     rdi, [rbx + 32]
        mov     esi, 88
        syscall
        test    rax, rax
        jz      walk
        push    rax
        mov     eax, 14                 /* rt_sigprocmask(SIG_SETMASK, oldmask, NULL, 8) */
        mov     edi, 2
        lea     rsi, [rbx + 120]
        xor     edx, edx
        mov     r10d, 8
        syscall
        pop     rax
        pop     rbx
        ret

        .macro  argument register, offset, index
        mov     \register, [r12 + \offset]
        test    byte ptr [r12 + 4], 1 << \index
        jz      1f
        mov     \register, [\register]
1:
        .endm

/* rbx frame, r12 row, r13 index of the row */
walk:   xor     r13d, r13d
        mov     r12, [rbx]
row:    mov     eax, [r12]
        argument rdi, 8, 0
        argument rsi, 16, 1
        argument rdx, 24, 2
        argument r10, 32, 3
        argument r8, 40, 4
        argument r9, 48, 5
        test    byte ptr [r12 + 7], 1 << 6
        jnz     init
        syscall
        cmp     rax, -4095
        jae     error
keep:   mov     rcx, [r12 + 64]
        test    rcx, rcx
        jz      1f
        mov     [rcx], rax
1:      test    rax, rax
        jz      next
        mov     ecx, [r12 + 76]
        test    ecx, ecx
        jnz     jump
next:   inc     r13d
        add     r12, 80
        jmp     row
error:  cmp     dword ptr [r12 + 4], 0
        jl      keep
        neg     rax
        cmp     eax, 63
        ja      fail
        mov     rcx, [r12 + 56]
        bt      rcx, rax
        jnc     fail
        mov     ecx, [r12 + 72]
        test    ecx, ecx
        jz      next
jump:   mov     r13d, ecx
        imul    r12, rcx, 80
        add     r12, [rbx]
        jmp     row

/* ebp pid of main */
init:   mov     ebp, edi
reap:   mov     eax, 61                 /* wait4(-1, &status, WNOHANG, NULL) */
        or      rdi, -1
        lea     rsi, [rbx + 120]
        mov     edx, 1
        xor     r10d, r10d
        syscall
        test    eax, eax
        jz      await
        js      lost
        cmp     eax, ebp
        jne     reap
        movzx   edi, byte ptr [rbx + 121]
        mov     eax, [rbx + 120]
        and     eax, 0x7f
        jz      exit
        lea     edi, [rax + 128]
        jmp     exit
await:  mov     eax, 128                /* rt_sigtimedwait(allmask, NULL, NULL, 8) */
        lea     rdi, [rbx + 128]
        xor     esi, esi
        xor     edx, edx
        mov     r10d, 8
        syscall
        cmp     eax, -4                 /* EINTR, after a stop */
        je      await
        test    eax, eax
        js      lost
        cmp     eax, 17                 /* SIGCHLD */
        je      reap
        mov     esi, eax
        mov     edi, ebp
        mov     eax, 62                 /* kill(main, signal) */
        syscall
        jmp     await

lost:   neg     eax
fail:   mov     [rbx + 20], r13d
        mov     [rbx + 24], eax
        mov     eax, 1                  /* write(channel, report, 16) */
        mov     rdi, [rbx + 8]
        lea     rsi, [rbx + 16]
        mov     edx, 16
        syscall
        mov     edi, 127
exit:   mov     eax, 231                /* exit_group(status) */
        syscall
        ud2

        .section .note.GNU-stack, "", @progbits
