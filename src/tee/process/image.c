/* SPDX-License-Identifier: Apache-2.0 */
/* Image file -> sealed memory -> measurement. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../measure/measure.h"
#include "process.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3 */
#endif

enum { IMAGE_SEALS = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static int sealed_memory(void)
{
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = memfd_create("keep-process", flags | MFD_EXEC);
    return fd < 0 && errno == EINVAL ? memfd_create("keep-process", flags) : fd;
}

static int copy_and_seal(int to, int from, size_t size)
{
    size_t left = size;
    while (left > 0) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, left, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        left -= (size_t)n;
    }
    /* Not every kernel copies from a disk's file system to memory. */
    while (left > 0) {
        uint8_t block[65536];
        ssize_t n = read(from, block, sizeof block < left ? sizeof block : left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || write(to, block, (size_t)n) != n)
            return -1;
        left -= (size_t)n;
    }
    return fcntl(to, F_ADD_SEALS, IMAGE_SEALS);
}

static int measure_sealed(int fd, size_t size, uint8_t measurement[48], struct casemate_error *err)
{
    struct measurement m = {.size = 0};
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return casemate_fail_errno(err, E_NOMEM, "Cannot map the Keep image");
    int result = measure_process(span_of(bytes, size), &m, err);
    (void)munmap(bytes, size);
    if (result == 0 && m.size != 48)
        result =
            casemate_fail(err, E_INTERNAL, "The measurement of the Keep image has %zu bytes, not 48", m.size);
    if (result == 0)
        memcpy(measurement, m.bytes, 48);
    return result;
}

int process_image_seal(const char *path, struct tee_image *image, struct casemate_error *err)
{
    struct stat st;
    image->fd = -1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return casemate_fail_errno(err, E_IMAGE, "Cannot open the Keep image %s", path);
    int memory = -1, result = -1;
    if (fstat(file, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
        st.st_size > MEASURE_IMAGE_SIZE_MAX) {
        (void)casemate_fail(err, E_IMAGE, "The Keep image %s is no file of at most %d bytes", path,
                            (int)MEASURE_IMAGE_SIZE_MAX);
        goto out;
    }
    memory = sealed_memory();
    if (memory < 0 || copy_and_seal(memory, file, (size_t)st.st_size) < 0) {
        (void)casemate_fail_errno(err, E_IMAGE, "Cannot copy the Keep image %s into sealed memory", path);
        goto out;
    }
    result = measure_sealed(memory, (size_t)st.st_size, image->measurement, err);
out:
    (void)close(file);
    if (result < 0 && memory >= 0)
        (void)close(memory);
    else
        image->fd = memory;
    return result;
}

int process_image_open(const struct tee_launch *launch, uint8_t measurement[48], struct casemate_error *err)
{
    const struct tee_image *sealed = launch->sealed;
    struct tee_image own;
    if (!sealed) {
        if (process_image_seal(launch->image, &own, err) < 0)
            return -1;
        memcpy(measurement, own.measurement, sizeof own.measurement);
        return own.fd;
    }
    /* A measurement of bytes that can still change would be worth nothing. */
    int seals = fcntl(sealed->fd, F_GET_SEALS);
    if (seals < 0 || (seals & IMAGE_SEALS) != IMAGE_SEALS)
        return casemate_fail(err, E_IMAGE, "The Keep image came in memory that is not sealed");
    int fd = fcntl(sealed->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return casemate_fail_errno(err, E_IMAGE, "Cannot hold the Keep image");
    memcpy(measurement, sealed->measurement, sizeof sealed->measurement);
    return fd;
}
