/* Python's small objects in large pages from the start.
 *
 * Python takes memory in arenas of 1 MiB, wherever there is room. Here they lie side by side in stretches
 * that the system backs with pages of 2 MiB, so that a request's some thousand small objects are found
 * with a few dozen places to look up. All of it runs under the interpreter's lock. */
#include "native.h"
#ifdef __linux__
#include <sys/mman.h>

#define ARENA ((size_t)1 << 20)
#define PAGE (2 * ARENA)
#define ARENAS 64
#define STRETCH (ARENAS * ARENA)
#define MOST_STRETCHES 256

static struct {
    char *base;
    uint64_t is_free; /* a bit for each arena */
} stretches[MOST_STRETCHES];
static size_t stretch_count;
static PyObjectArenaAllocator before; /* whoever had arenas first, and has those that are larger or too many */

static char *map_stretch(void)
{
    size_t size = STRETCH + PAGE;
    char *found = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (found == MAP_FAILED)
        return NULL;
    char *base = (char *)(((uintptr_t)found + PAGE - 1) / PAGE * PAGE);
    if (base > found)
        munmap(found, base - found);
    munmap(base + STRETCH, found + size - (base + STRETCH));
    if (madvise(base, STRETCH, MADV_HUGEPAGE) != 0) {
        munmap(base, STRETCH);
        return NULL;
    }
    return base;
}

static void *take(void *Py_UNUSED(context), size_t size)
{
    if (size != ARENA)
        return before.alloc(before.ctx, size);
    size_t at = 0;
    while (at < stretch_count && stretches[at].is_free == 0)
        at++;
    if (at == stretch_count) {
        char *base = stretch_count < MOST_STRETCHES ? map_stretch() : NULL;
        if (base == NULL)
            return before.alloc(before.ctx, size);
        stretches[at].base = base;
        stretches[at].is_free = UINT64_MAX;
        stretch_count++;
    }
    int place = __builtin_ctzll(stretches[at].is_free);
    stretches[at].is_free &= ~((uint64_t)1 << place);
    return stretches[at].base + place * ARENA;
}

static void give_back(void *Py_UNUSED(context), void *arena, size_t size)
{
    for (size_t at = 0; at < stretch_count; at++) {
        size_t offset = (uintptr_t)arena - (uintptr_t)stretches[at].base;
        if (offset >= STRETCH)
            continue;
        size_t place = offset / ARENA;
        stretches[at].is_free |= (uint64_t)1 << place;
        /* A page goes back when both of its arenas are free: parts of one would break it up. */
        if ((stretches[at].is_free >> (place & ~(size_t)1) & 3) == 3)
            madvise(stretches[at].base + offset / PAGE * PAGE, PAGE, MADV_DONTNEED);
        return;
    }
    before.free(before.ctx, arena, size);
}

PyObject *use_large_arenas(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (before.alloc == NULL) {
        char *first = map_stretch();
        if (first == NULL)
            Py_RETURN_FALSE;
        stretches[0].base = first;
        stretches[0].is_free = UINT64_MAX;
        stretch_count = 1;
        PyObject_GetArenaAllocator(&before);
        PyObject_SetArenaAllocator(&(PyObjectArenaAllocator){NULL, take, give_back});
    }
    Py_RETURN_TRUE;
}
#else
PyObject *use_large_arenas(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    Py_RETURN_FALSE;
}
#endif
