/* What in a text makes tokens: the loop of token_traits.py, which says what is counted. The order is the same. */
#include "native.h"

enum {
    LOWER, UPPER, DIGIT, SPACE, BREAK, TAB, MARK, ACCENTED, VIETNAMESE, CYRILLIC, GREEK, ARABIC, HEBREW, INDIC, THAI, KANA,
    HANGUL, HAN, RARE_HAN, OLD_HAN, WIDE_MARK, EMOJI, OTHER,
    KINDS,
    WORD = KINDS, LATE, FAR, SHOUT, HUMP, JOINT, ODD_PAIR, STRANGE_PAIR, DIGIT_GROUP, DIGIT_AFTER_SPACE, MARK_RUN,
    SPACE_RUN, BREAK_RUN, SCRIPT_WORD, SAME_MARK, SAME_SPACE, SAME_BREAK, SAME_LETTER, SAME_OTHER,
    TRAITS
};

#define PLANE (1 << 16)
#define LETTERS 26
#define NOTHING 255

typedef struct {
    const uint8_t *plane, *pairs;
    Py_ssize_t counts[TRAITS];
} Counter;

static inline int kind_of(const Counter *self, uint32_t code)
{
    if (code < PLANE)
        return self->plane[code];
    if (code - 0x1F000 < 0xB00)
        return EMOJI;
    return code - 0x20000 < 0x20000 ? RARE_HAN : OTHER;
}

static inline int same_of(int kind)
{
    if (kind == MARK)
        return SAME_MARK;
    if (kind == SPACE)
        return SAME_SPACE;
    if (kind == BREAK || kind == TAB)
        return SAME_BREAK;
    return kind <= UPPER ? SAME_LETTER : SAME_OTHER;
}

static inline int is_letter(int kind)
{
    return kind <= UPPER || kind == ACCENTED || kind == VIETNAMESE;
}

static inline void count_letter(Counter *self, uint32_t code, int kind, uint32_t last, int before, Py_ssize_t within)
{
    Py_ssize_t *counts = self->counts;
    counts[WORD] += within == 0;
    counts[LATE] += within >= 7;
    counts[FAR] += within >= 12;
    counts[JOINT] += before == DIGIT;
    if (kind == UPPER) {
        counts[SHOUT] += before == UPPER;
        counts[HUMP] += is_letter(before) && before != UPPER;
    }
    uint32_t one = (last | 32) - 'a', two = (code | 32) - 'a';
    if (one < LETTERS && two < LETTERS) {
        int strangeness = self->pairs[one * LETTERS + two];
        counts[ODD_PAIR] += strangeness == 1;
        counts[STRANGE_PAIR] += strangeness == 2;
    }
}

static inline void count_other(Counter *self, int kind, int before, Py_ssize_t within)
{
    Py_ssize_t *counts = self->counts;
    switch (kind) {
    case DIGIT:
        counts[DIGIT_GROUP] += within % 3 == 0;
        counts[DIGIT_AFTER_SPACE] += before == SPACE;
        counts[JOINT] += is_letter(before);
        break;
    case SPACE:
        counts[SPACE_RUN] += within == 1;
        break;
    case BREAK:
        counts[BREAK_RUN] += within == 0;
        break;
    case MARK:
        counts[MARK_RUN] += within == 0;
        break;
    default:
        counts[SCRIPT_WORD] += within == 0 && kind >= CYRILLIC && kind <= HANGUL;
    }
}

static INLINE void count(Counter *self, int width, const void *data, Py_ssize_t size)
{
    uint32_t last = 0, earlier = 0;
    int before = NOTHING;
    Py_ssize_t within = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        uint32_t code = PyUnicode_READ(width, data, i);
        int kind = kind_of(self, code), letter = is_letter(kind);
        within = kind == before || (letter && is_letter(before)) ? within + 1 : 0;
        if (i >= 2 && code == last && last == earlier && kind != DIGIT)
            self->counts[same_of(kind)]++;
        else {
            self->counts[kind]++;
            if (letter)
                count_letter(self, code, kind, last, before, within);
            else
                count_other(self, kind, before, within);
        }
        earlier = last;
        last = code;
        before = kind;
    }
}

static PyObject *list_of(const Py_ssize_t *counts)
{
    PyObject *list = PyList_New(TRAITS);
    for (int i = 0; list && i < TRAITS; i++) {
        PyObject *number = PyLong_FromSsize_t(counts[i]);
        if (number == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, number);
    }
    return list;
}

/* Takes the text, the kind of each character of the basic plane, and how strange each pair of letters is. */
PyObject *token_traits(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    Py_buffer plane, pairs;
    Counter self = {0};
    if (nargs != 3 || !PyUnicode_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "a text and two tables are wanted");
    if (view_of(args[1], &plane, 1, "plane") < 0)
        return NULL;
    if (view_of(args[2], &pairs, 1, "pairs") < 0) {
        PyBuffer_Release(&plane);
        return NULL;
    }
    PyObject *list = NULL;
    if (plane.len != PLANE || pairs.len != LETTERS * LETTERS)
        PyErr_SetString(PyExc_ValueError, "the tables do not fit");
    else {
        self.plane = plane.buf;
        self.pairs = pairs.buf;
        const void *data = PyUnicode_DATA(args[0]);
        Py_ssize_t size = PyUnicode_GET_LENGTH(args[0]);
        switch (PyUnicode_KIND(args[0])) {
        case PyUnicode_1BYTE_KIND: count(&self, PyUnicode_1BYTE_KIND, data, size); break;
        case PyUnicode_2BYTE_KIND: count(&self, PyUnicode_2BYTE_KIND, data, size); break;
        default: count(&self, PyUnicode_4BYTE_KIND, data, size);
        }
        list = list_of(self.counts);
    }
    PyBuffer_Release(&plane);
    PyBuffer_Release(&pairs);
    return list;
}
