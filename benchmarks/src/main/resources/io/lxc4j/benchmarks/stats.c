// Reads and parses the statistics of a cgroup, as StatsReader does: every file is opened, read and closed, or stays open from the first
// reading on.
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define ABSENT UINT64_MAX

struct device {
    uint32_t major, minor;
    uint64_t values[6];
};

struct pressure {
    uint32_t averages[2][3];
    uint64_t totals[2];
};

static struct {
    uint64_t cpu[8], memory[6], memory_stat[8], memory_events[5], pids[4];
    int devices;
    struct device device[64];
    struct pressure pressure[3];
} stats;

static __thread char buffer[8192];

static int keeps, open_files, next_file;
static struct {
    int directory, file;
    const char *name;
} kept[64];

static int find_kept(int directory, const char *name) {
    for (int i = 0; i < open_files; i++) {
        int at = next_file;
        next_file = at + 1 == open_files ? 0 : at + 1;
        if (kept[at].name == name && kept[at].directory == directory)
            return kept[at].file;
    }
    return -1;
}

static int load(int directory, const char *name) {
    int open_file = keeps ? find_kept(directory, name) : -1;
    int file = open_file < 0 ? openat(directory, name, O_RDONLY | O_CLOEXEC) : open_file;
    if (file < 0)
        return -1;
    ssize_t length = pread(file, buffer, sizeof buffer - 1, 0);
    if (keeps && open_file < 0 && open_files < 64) {
        kept[open_files].directory = directory;
        kept[open_files].file = file;
        kept[open_files++].name = name;
    } else if (open_file < 0)
        close(file);
    buffer[length < 0 ? 0 : length] = 0;
    return length;
}

void keep_open(int whether) {
    keeps = whether;
}

static const char *number(const char *at, uint64_t *value) {
    uint64_t n = 0;
    const char *begin = at;
    for (; *at >= '0' && *at <= '9'; at++)
        n = n * 10 + (*at - '0');
    *value = at == begin ? ABSENT : n;
    return at;
}

static void single(int directory, const char *name, uint64_t *value) {
    *value = ABSENT;
    if (load(directory, name) > 0)
        number(buffer, value);
}

static int find(const char *word, size_t length, const char *const *keys, int count) {
    for (int i = 0; i < count; i++)
        if (strlen(keys[i]) == length && memcmp(keys[i], word, length) == 0)
            return i;
    return -1;
}

static void keyed(int directory, const char *name, const char *const *keys, int count, uint64_t *values) {
    for (int i = 0; i < count; i++)
        values[i] = ABSENT;
    if (load(directory, name) <= 0)
        return;
    int left = count;
    for (const char *line = buffer; *line && left;) {
        const char *end = strchr(line, '\n');
        if (!end)
            break;
        const char *space = memchr(line, ' ', end - line);
        int key = space ? find(line, space - line, keys, count) : -1;
        if (key >= 0) {
            number(space + 1, &values[key]);
            left--;
        }
        line = end + 1;
    }
}

static void pressure(int directory, const char *name, struct pressure *to) {
    if (load(directory, name) <= 0)
        return;
    const char *at = buffer;
    for (int line = 0; line < 2 && *at; line++) {
        for (int i = 0; i < 3; i++) {
            uint64_t whole, part;
            if (!(at = strchr(at, '=')))
                return;
            at = number(at + 1, &whole);
            at = number(at + 1, &part);
            to->averages[line][i] = whole * 100 + part;
        }
        if (!(at = strchr(at, '=')))
            return;
        at = number(at + 1, &to->totals[line]) + 1;
    }
}

static struct device *device(uint32_t major, uint32_t minor) {
    for (int i = 0; i < stats.devices; i++)
        if (stats.device[i].major == major && stats.device[i].minor == minor)
            return &stats.device[i];
    if (stats.devices == 64)
        return &stats.device[63];
    struct device *new = &stats.device[stats.devices++];
    new->major = major;
    new->minor = minor;
    return new;
}

static void io_v2(int directory) {
    static const char *const keys[] = {"rbytes", "wbytes", "rios", "wios", "dbytes", "dios"};
    stats.devices = 0;
    if (load(directory, "io.stat") <= 0)
        return;
    for (const char *at = buffer; *at >= '0' && *at <= '9';) {
        uint64_t major, minor;
        at = number(at, &major);
        at = number(at + 1, &minor);
        struct device *to = device(major, minor);
        while (*at == ' ') {
            const char *equals = strchr(++at, '=');
            if (!equals)
                return;
            int key = find(at, equals - at, keys, 6);
            if (key >= 0)
                at = number(equals + 1, &to->values[key]);
            else
                at = equals + 1 + strcspn(equals + 1, " \n");
        }
        at++;
    }
}

static void io_v1(int directory, const char *name, int from) {
    static const char *const keys[] = {"Read", "Write", "Discard"};
    if (load(directory, name) <= 0)
        return;
    for (const char *at = buffer; *at >= '0' && *at <= '9';) {
        uint64_t major, minor;
        at = number(at, &major);
        at = number(at + 1, &minor);
        const char *space = strchr(++at, ' ');
        if (!space)
            return;
        int key = find(at, space - at, keys, 3);
        struct device *to = device(major, minor);
        uint64_t value;
        at = number(space + 1, &value) + 1;
        if (key >= 0)
            to->values[from + key] = value;
    }
}

static void pids_and_pressure(int pids, int unified) {
    static const char *const events[] = {"max"};
    single(pids, "pids.current", &stats.pids[0]);
    single(pids, "pids.max", &stats.pids[1]);
    single(pids, "pids.peak", &stats.pids[2]);
    keyed(pids, "pids.events", events, 1, &stats.pids[3]);
    if (unified >= 0) {
        pressure(unified, "cpu.pressure", &stats.pressure[0]);
        pressure(unified, "memory.pressure", &stats.pressure[1]);
        pressure(unified, "io.pressure", &stats.pressure[2]);
    }
}

uint64_t read_v2(int directory) {
    static const char *const cpu[] = {"usage_usec",   "user_usec",      "system_usec", "nr_periods",
                                      "nr_throttled", "throttled_usec", "nr_bursts",   "burst_usec"};
    static const char *const memory[] = {"anon", "file", "kernel", "sock", "inactive_file", "slab", "pgfault",
                                         "pgmajfault"};
    static const char *const events[] = {"low", "high", "max", "oom", "oom_kill"};
    keyed(directory, "cpu.stat", cpu, 8, stats.cpu);
    single(directory, "memory.current", &stats.memory[0]);
    single(directory, "memory.peak", &stats.memory[1]);
    single(directory, "memory.max", &stats.memory[2]);
    single(directory, "memory.swap.current", &stats.memory[3]);
    keyed(directory, "memory.stat", memory, 8, stats.memory_stat);
    keyed(directory, "memory.events", events, 5, stats.memory_events);
    io_v2(directory);
    pids_and_pressure(directory, directory);
    return stats.cpu[0] + stats.memory[0];
}

uint64_t read_v1(int cpu, int cpuacct, int memory, int blkio, int pids, int unified) {
    static const char *const times[] = {"user", "system"};
    static const char *const bandwidth[] = {"nr_periods", "nr_throttled", "throttled_time", "nr_bursts", "burst_time"};
    static const char *const stat[] = {"total_cache",   "total_rss",        "total_swap",
                                       "total_pgfault", "total_pgmajfault", "total_inactive_file"};
    static const char *const out_of_memory[] = {"oom_kill"};
    single(cpuacct, "cpuacct.usage", &stats.cpu[0]);
    keyed(cpuacct, "cpuacct.stat", times, 2, stats.cpu + 1);
    keyed(cpu, "cpu.stat", bandwidth, 5, stats.cpu + 3);
    single(memory, "memory.usage_in_bytes", &stats.memory[0]);
    single(memory, "memory.max_usage_in_bytes", &stats.memory[1]);
    single(memory, "memory.limit_in_bytes", &stats.memory[2]);
    single(memory, "memory.kmem.usage_in_bytes", &stats.memory[3]);
    single(memory, "memory.failcnt", &stats.memory[4]);
    keyed(memory, "memory.stat", stat, 6, stats.memory_stat);
    keyed(memory, "memory.oom_control", out_of_memory, 1, stats.memory_events);
    stats.devices = 0;
    io_v1(blkio, "blkio.throttle.io_service_bytes_recursive", 0);
    if (stats.devices)
        io_v1(blkio, "blkio.throttle.io_serviced_recursive", 3);
    pids_and_pressure(pids, unified);
    return stats.cpu[0] + stats.memory[0];
}
