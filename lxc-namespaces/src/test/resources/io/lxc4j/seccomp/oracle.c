// Has libseccomp make a filter of rules, for a test to compare with.
//
//   oracle ARCHITECTURE RULES OUTPUT
//
// RULES has a line for each rule: a name, or a number of this machine, and for each test of an argument its index, operator,
// value and, for SCMP_CMP_MASKED_EQ, second value. Every rule allows; all other calls fail with EPERM, those of another
// architecture, too. Names that libseccomp does not know are printed and have no rule.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum scmp_compare operator(const char *name) {
    static const char *const names[] = {"NOT_EQUAL", "LESS", "LESS_OR_EQUAL", "EQUAL", "GREATER_OR_EQUAL", "GREATER",
                                        "MASKED_EQUAL"};
    for (int i = 0; i < 7; i++) {
        if (strcmp(name, names[i]) == 0) {
            return SCMP_CMP_NE + i;
        }
    }
    fprintf(stderr, "no operator: %s\n", name);
    exit(1);
}

static void check(int result, const char *what) {
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", what, strerror(-result));
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        return 1;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)), "seccomp_attr_set");
    uint32_t architecture = seccomp_arch_resolve_name(argv[1]);
    if (architecture != seccomp_arch_native()) {
        check(seccomp_arch_add(filter, architecture), "seccomp_arch_add");
        check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "seccomp_arch_remove");
    }
    FILE *rules = fopen(argv[2], "r");
    char line[1024];
    while (rules != NULL && fgets(line, sizeof line, rules) != NULL) {
        char *name = strtok(line, " \n");
        int call = isdigit(name[0]) ? atoi(name) : seccomp_syscall_resolve_name(name);
        if (call == __NR_SCMP_ERROR) {
            printf("%s\n", name);
            continue;
        }
        struct scmp_arg_cmp tests[6];
        int count = 0;
        for (char *index = strtok(NULL, " \n"); index != NULL; index = strtok(NULL, " \n")) {
            tests[count].arg = strtoul(index, NULL, 10);
            tests[count].op = operator(strtok(NULL, " \n"));
            tests[count].datum_a = strtoull(strtok(NULL, " \n"), NULL, 10);
            tests[count].datum_b =
                tests[count].op == SCMP_CMP_MASKED_EQ ? strtoull(strtok(NULL, " \n"), NULL, 10) : 0;
            count++;
        }
        check(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, count, tests), name);
    }
    int output = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    check(seccomp_export_bpf(filter, output), "seccomp_export_bpf");
    return 0;
}
