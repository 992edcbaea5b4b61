/* Where a time in English may begin: the loop of dates.py, which tries its pattern there. */
#include "text.h"
#include <string.h>

static INLINE uint32_t at(const Codes *text, Py_ssize_t i)
{
    return text->codes[i];
}

/* Whether one of the words stands here. */
static int begins_with(const Codes *text, Py_ssize_t i, const char *const *words)
{
    for (; **words; words++)
        if (reads(text, i, *words))
            return 1;
    return 0;
}

static const char *const TIMES[] = {"day", "week", "month", "hour", "year", "minute", "night", "morning", "evening",
                                    "afternoon", "tomorrow", "christmas", "easter", "thanksgiving", ""};

/* What the words begin with that a time can begin with. */
static const char STARTS[][13] = {
    "a ", "an ", "black", "by ", "christmas", "couple", "day ", "easter", "ei", "eleven", "few", "fi", "four", "fri",
    "half", "in ", "last", "mon", "new", "next", "nine", "on ", "one", "past", "satur", "seven", "several", "six",
    "sun", "ten", "thanksgiving", "thirty", "this", "three", "thurs", "today", "tomorrow", "tonight", "tue", "twelve",
    "twenty", "two", "valentine", "wednes", "within", "yesterday", ""};

#define WORDS_BACK 4
#define MOST_STARTS 1024

/* Whether a word for times begins here. */
static inline int is_time(const Codes *text, Py_ssize_t i)
{
    const uint32_t letters = 1U << ('d' - 'a') | 1U << ('w' - 'a') | 1U << ('m' - 'a') | 1U << ('h' - 'a') |
                             1U << ('y' - 'a') | 1U << ('n' - 'a') | 1U << ('e' - 'a') | 1U << ('a' - 'a') |
                             1U << ('t' - 'a') | 1U << ('c' - 'a');
    uint32_t code = text->codes[i];
    return code - 'a' < 26 && letters >> (code - 'a') & 1 && begins_with(text, i, TIMES);
}

static int is_break(uint32_t code)
{
    return code == ' ' || code == '\n';
}

static int begins_like(const Codes *text, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++)
        if ((at(text, i) == '\n' ? ' ' : at(text, i)) != (unsigned char)*word)
            return 0;
    return 1;
}

static int can_begin(const Codes *text, Py_ssize_t i)
{
    if (is_digit(at(text, i)))
        return 1;
    for (const char(*start)[13] = STARTS; (*start)[0]; start++)
        if (at(text, i) == (unsigned char)(*start)[0] && begins_like(text, i, *start))
            return 1;
    return 0;
}

/* Put a place among those found, in order and once. */
static void insert(Py_ssize_t *starts, Py_ssize_t *count, Py_ssize_t place)
{
    Py_ssize_t at = *count;
    while (at > 0 && starts[at - 1] > place)
        at--;
    if ((at > 0 && starts[at - 1] == place) || *count == MOST_STARTS)
        return;
    memmove(starts + at + 1, starts + at, (size_t)(*count - at) * sizeof *starts);
    starts[at] = place;
    ++*count;
}

/* The starts of a word for times and of the words before it from which a time can be told. */
static void look_back(const Codes *text, Py_ssize_t from, Py_ssize_t *starts, Py_ssize_t *count)
{
    for (Py_ssize_t back = 0; back < WORDS_BACK; back++) {
        Py_ssize_t start = from, first;
        while (start > 0 && !is_break(at(text, start - 1)))
            start--;
        /* What is no letter or digit stands before the word, not in it. */
        for (first = start; first < text->size && !Py_UNICODE_ISALNUM(at(text, first)); first++)
            ;
        if (can_begin(text, first))
            insert(starts, count, first);
        if (start < 2)
            break;
        from = start - 1;
    }
}

/* Where times may begin in a part of a text that begins `from` characters into it, onto the list. */
static int push_times(const Codes *part, Py_ssize_t from, PyObject *found)
{
    Py_ssize_t starts[MOST_STARTS], count = 0;
    for (Py_ssize_t i = 0; i < part->size; i++)
        if (is_time(part, i))
            look_back(part, i, starts, &count);
    for (Py_ssize_t i = 0; i < count; i++)
        if (push_place(found, from + starts[i]) < 0)
            return -1;
    return 0;
}

/* Of a longer text than `most` only the head and the tail, each as if it stood alone. */
static int push_parts(Codes *text, Py_ssize_t most, PyObject *found)
{
    Py_ssize_t half = most / 2, from = text->size - half;
    uint32_t *codes = text->room + MARGIN;
    if (text->size <= most)
        return push_times(text, 0, found);
    uint32_t behind[MARGIN];
    memcpy(behind, codes + half, sizeof behind);
    memset(codes + half, 0, sizeof behind);
    if (push_times(&(Codes){codes, half, NULL}, 0, found) < 0)
        return -1;
    memcpy(codes + half, behind, sizeof behind);
    memset(codes + from - MARGIN, 0, sizeof behind);
    return push_times(&(Codes){codes + from, half, NULL}, from, found);
}

PyObject *read_times(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    Codes text;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "times takes a text and how much of it is read");
    Py_ssize_t most = PyLong_AsSsize_t(args[1]);
    if (most < 2 * MARGIN)
        return PyErr_Occurred() ? NULL
                                : PyErr_Format(PyExc_ValueError, "%d characters are read at least", 2 * MARGIN);
    if (codes_open(args[0], &text) < 0)
        return NULL;
    PyObject *found = PyList_New(0);
    if (found && push_parts(&text, most, found) < 0)
        Py_CLEAR(found);
    codes_close(&text);
    return found;
}
