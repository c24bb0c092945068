/*
 * The launch engine's machine code for aarch64 (AAPCS64). Entry points, frame and row are those of
 * launch-x86_64.S; only the base address of the data differs, as pages may be as large as 64 KiB here.
 */
        .text
        .set DATA_BASE_HIGH, 0x1001     /* DATA_BASE is 0x10010000 */
        .globl program, launch, call

program:
        movz    x19, #DATA_BASE_HIGH, lsl #16
        b       walk

        .balign 16
launch: b       do_launch

        .balign 16
call:   mov     x8, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, x3
        mov     x3, x4
        mov     x4, x5
        mov     x5, x6
        svc     #0
        ret

do_launch:
        stp     x19, x20, [sp, #-16]!
        mov     x19, x0
        mov     x8, #135                /* rt_sigprocmask(SIG_SETMASK, allmask, oldmask, 8) */
        mov     x0, #2
        add     x1, x19, #128
        add     x2, x19, #120
        mov     x3, #8
        svc     #0
        mov     x8, #435                /* clone3(clone_args, 88) */
        add     x0, x19, #32
        mov     x1, #88
        svc     #0
        cbz     x0, walk
        mov     x20, x0
        mov     x8, #135                /* rt_sigprocmask(SIG_SETMASK, oldmask, NULL, 8) */
        mov     x0, #2
        add     x1, x19, #120
        mov     x2, #0
        mov     x3, #8
        svc     #0
        mov     x0, x20
        ldp     x19, x20, [sp], #16
        ret

        .macro  argument register, offset, index
        ldr     \register, [x20, #\offset]
        tbz     w9, #\index, 1f
        ldr     \register, [\register]
1:
        .endm

/* x19 frame, x20 row, w21 index of the row */
walk:   mov     w21, #0
        ldr     x20, [x19]
row:    ldp     w8, w9, [x20]
        argument x0, 8, 0
        argument x1, 16, 1
        argument x2, 24, 2
        argument x3, 32, 3
        argument x4, 40, 4
        argument x5, 48, 5
        tbnz    w9, #30, init
        svc     #0
        cmn     x0, #4095
        b.hs    error
keep:   ldr     x9, [x20, #64]
        cbz     x9, 1f
        str     x0, [x9]
1:      cbz     x0, next
        ldr     w9, [x20, #76]
        cbnz    w9, jump
next:   add     w21, w21, #1
        add     x20, x20, #80
        b       row
error:  tbnz    w9, #31, keep
        neg     x0, x0
        cmp     x0, #63
        b.hi    fail
        ldr     x9, [x20, #56]
        lsr     x9, x9, x0
        tbz     x9, #0, fail
        ldr     w9, [x20, #72]
        cbz     w9, next
jump:   mov     w21, w9
        ldr     x20, [x19]
        mov     x10, #80
        madd    x20, x9, x10, x20
        b       row

/* w22 pid of main */
init:   mov     w22, w0
reap:   mov     x8, #260                /* wait4(-1, &status, WNOHANG, NULL) */
        mov     x0, #-1
        add     x1, x19, #120
        mov     x2, #1
        mov     x3, #0
        svc     #0
        cbz     w0, await
        tbnz    w0, #31, lost
        cmp     w0, w22
        b.ne    reap
        ldr     w1, [x19, #120]
        ubfx    w0, w1, #8, #8
        ands    w1, w1, #0x7f
        b.eq    exit
        add     w0, w1, #128
        b       exit
await:  mov     x8, #137                /* rt_sigtimedwait(allmask, NULL, NULL, 8) */
        add     x0, x19, #128
        mov     x1, #0
        mov     x2, #0
        mov     x3, #8
        svc     #0
        cmn     w0, #4                  /* EINTR, after a stop */
        b.eq    await
        tbnz    w0, #31, lost
        cmp     w0, #17                 /* SIGCHLD */
        b.eq    reap
        mov     w1, w0
        mov     w0, w22
        mov     x8, #129                /* kill(main, signal) */
        svc     #0
        b       await

lost:   neg     w0, w0
fail:   str     w21, [x19, #20]
        str     w0, [x19, #24]
        mov     x8, #64                 /* write(channel, report, 16) */
        ldr     x0, [x19, #8]
        add     x1, x19, #16
        mov     x2, #16
        svc     #0
        mov     x0, #127
exit:   mov     x8, #94                 /* exit_group(status) */
        svc     #0
        brk     #0

        .section .note.GNU-stack, "", @progbits
