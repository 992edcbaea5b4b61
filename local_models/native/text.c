/* A text taken apart into code points, and sets of things seen in it. */
#include "text.h"
#include <string.h>

int codes_open(PyObject *string, Codes *text)
{
    if (!PyUnicode_Check(string)) {
        PyErr_SetString(PyExc_TypeError, "a text must be a str");
        return -1;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(string);
    uint32_t *room = PyMem_New(uint32_t, size + 2 * MARGIN);
    if (room == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memset(room, 0, MARGIN * sizeof *room);
    memset(room + MARGIN + size, 0, MARGIN * sizeof *room);
    if (size && PyUnicode_AsUCS4(string, room + MARGIN, size, 0) == NULL) {
        PyMem_Free(room);
        return -1;
    }
    *text = (Codes){room + MARGIN, size, room};
    return 0;
}

void codes_close(Codes *text)
{
    PyMem_Free(text->room);
}

PyObject *lower_text(PyObject *Py_UNUSED(module), PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    if (!PyUnicode_IS_ASCII(string))
        return PyObject_CallMethod(string, "lower", NULL);
    Py_ssize_t size = PyUnicode_GET_LENGTH(string);
    PyObject *lower = PyUnicode_New(size, 127);
    if (lower == NULL)
        return NULL;
    const Py_UCS1 *from = PyUnicode_1BYTE_DATA(string);
    Py_UCS1 *to = PyUnicode_1BYTE_DATA(lower);
    for (Py_ssize_t i = 0; i < size; i++)
        to[i] = (Py_UCS1)(from[i] + ((Py_UCS1)(from[i] - 'A') < 26 ? 'a' - 'A' : 0));
    return lower;
}

int push_place(PyObject *list, Py_ssize_t place)
{
    PyObject *number = PyLong_FromSsize_t(place);
    int failed = number == NULL || PyList_Append(list, number) < 0;
    Py_XDECREF(number);
    return failed ? -1 : 0;
}

void set_open(Set *set)
{
    memset(set->first, 0, sizeof set->first);
    set->seen = set->first;
    set->mask = FIRST_ROOM - 1;
    set->count = 0;
}

void set_close(Set *set)
{
    if (set->seen != set->first)
        PyMem_Free(set->seen);
}

static uint64_t *set_place(uint64_t *seen, size_t mask, uint64_t mark)
{
    size_t at = mark >> 1 & mask; /* the lowest bit of a mark is always set */
    while (seen[at] && seen[at] != mark)
        at = (at + 1) & mask;
    return &seen[at];
}

static int set_grow(Set *set)
{
    size_t size = 4 * (set->mask + 1);
    uint64_t *seen = PyMem_Calloc(size, sizeof *seen);
    if (seen == NULL)
        return -1;
    for (size_t at = 0; at <= set->mask; at++)
        if (set->seen[at])
            *set_place(seen, size - 1, set->seen[at]) = set->seen[at];
    set_close(set);
    set->seen = seen;
    set->mask = size - 1;
    return 0;
}

int set_add(Set *set, uint64_t hash)
{
    uint64_t *place = set_place(set->seen, set->mask, hash | 1); /* zero is an empty place */
    if (*place)
        return 0;
    *place = hash | 1;
    return 2 * (size_t)++set->count > set->mask ? set_grow(set) : 0;
}
