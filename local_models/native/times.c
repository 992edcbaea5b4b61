/* Times in English, as the patterns of entities.py tell them. */
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

static const char *const TIMES[] = {"day", "week", "month", "hour", "year", "tonight", "tomorrow",
                                    "christmas", ""};

/* What the words begin with that a time can begin with. */
static const char STARTS[][10] = {"a ", "black", "by ", "christmas", "day ", "fi", "four", "fri", "in ", "last", "mon",
                                  "next", "on ", "one", "satur", "seven", "six", "sun", "ten", "this", "three",
                                  "thurs", "today", "tomorrow", "tonight", "tue", "two", "wednes", "yesterday", ""};

#define WORDS_BACK 3
#define MOST_STARTS 1024

static int is_time(const Codes *text, Py_ssize_t i)
{
    uint32_t next = text->codes[i + 1];
    return (next == 'a' || next == 'e' || next == 'o' || next == 'h') && begins_with(text, i, TIMES);
}

/* Whether a word for times can begin with this letter. */
static inline int may_be_time(uint32_t code)
{
    const uint32_t letters = 1U << ('d' - 'a') | 1U << ('w' - 'a') | 1U << ('m' - 'a') | 1U << ('h' - 'a') |
                             1U << ('y' - 'a') | 1U << ('t' - 'a') | 1U << ('c' - 'a');
    return code - 'a' < 26 && letters >> (code - 'a') & 1;
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
    for (const char(*start)[10] = STARTS; (*start)[0]; start++)
        if (at(text, i) == (unsigned char)(*start)[0] && begins_like(text, i, *start))
            return 1;
    return 0;
}

static inline int is_word(uint32_t code)
{
    return code < 128 ? is_digit(code) || is_small(code | 32) || code == '_' : Py_UNICODE_ISALNUM(code);
}

/* The word or the digits that begin here and end where a word ends: how long they are; 0 where they do not. */
static Py_ssize_t length_of(const Codes *text, Py_ssize_t i)
{
    Py_ssize_t end = i;
    if (is_digit(at(text, i)))
        while (is_digit(at(text, end)))
            end++;
    else
        while (is_small(at(text, end)))
            end++;
    return is_word(at(text, end)) ? 0 : end - i;
}

/* Whether these code points are one of the words, which end with an empty one. */
static int is_one(const Codes *text, Py_ssize_t i, Py_ssize_t length, const char *const *words)
{
    for (; **words; words++)
        if ((Py_ssize_t)strlen(*words) == length && reads(text, i, *words))
            return 1;
    return 0;
}

static const char *const DAYS[] = {"monday", "tueday", "tuesday", "wednesday", "thurday", "thursday",
                                   "friday", "saturday", "sunday", ""};
static const char *const ALONE[] = {"today", "tonight", "tomorrow", "yesterday", "christmas", ""};
static const char *const LEADS[] = {"next", "last", "this", "on", "by", ""};
static const char *const SPANS[] = {"week", "weekend", "month", "year", ""};
static const char *const COUNTS[] = {"one", "two", "three", "four", "five", "six", "seven", "ten", "a", ""};
static const char *const FEW_COUNTS[] = {"one", "two", "three", "a", ""};
static const char *const PERIODS[] = {"day", "days", "week", "weeks", "hour", "hours", "month", "months", ""};
#define WITHOUT_MONTHS 6

static int is_count(const Codes *text, Py_ssize_t i, Py_ssize_t length, const char *const *counts)
{
    return length && (is_digit(at(text, i)) || is_one(text, i, length, counts));
}

/* Where the next word begins behind blanks, of which there must be one; -1 otherwise. */
static Py_ssize_t next_word(const Codes *text, Py_ssize_t i)
{
    Py_ssize_t next = skip_spaces(text, i);
    return next > i ? next : -1;
}

/* "day after tomorrow" and "black friday" are written with one space. */
static Py_ssize_t end_of_phrase(const Codes *text, Py_ssize_t i)
{
    static const char *const phrases[] = {"day after tomorrow", "day before yesterday", "black friday", ""};
    for (const char *const *phrase = phrases; **phrase; phrase++)
        if (reads(text, i, *phrase)) {
            Py_ssize_t end = i + (Py_ssize_t)strlen(*phrase);
            return is_word(at(text, end)) ? -1 : end;
        }
    return -1;
}

/* Where the time in English ends that begins here; -1 where there is none. */
static Py_ssize_t end_of_time(const Codes *text, Py_ssize_t i)
{
    Py_ssize_t length = length_of(text, i);
    if (is_word(at(text, i - 1)) || length == 0)
        return -1;
    if (is_one(text, i, length, DAYS) || is_one(text, i, length, ALONE))
        return i + length;
    Py_ssize_t next = next_word(text, i + length);
    if (next < 0)
        return -1;
    Py_ssize_t after = length_of(text, next);
    if (is_one(text, i, length, LEADS))
        return is_one(text, next, after, DAYS) || is_one(text, next, after, SPANS) ? next + after : -1;
    int is_ahead = length == 2 && reads(text, i, "in");
    if (is_ahead) {
        if (!is_count(text, next, after, FEW_COUNTS) || (next = next_word(text, next + after)) < 0)
            return -1;
        after = length_of(text, next);
    } else if (!is_count(text, i, length, COUNTS))
        return end_of_phrase(text, i);
    for (int k = 0; k < (is_ahead ? WITHOUT_MONTHS : WITHOUT_MONTHS + 2); k++) {
        if ((Py_ssize_t)strlen(PERIODS[k]) != after || !reads(text, next, PERIODS[k]))
            continue;
        if (is_ahead)
            return next + after;
        next = next_word(text, next + after);
        return next >= 0 && length_of(text, next) == 3 && reads(text, next, "ago") ? next + 3 : -1;
    }
    return -1;
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

/* The times of a part of a text that begins `from` characters into it, onto the list. */
static int push_times(const Codes *part, Py_ssize_t from, PyObject *found)
{
    Py_ssize_t starts[MOST_STARTS], count = 0;
    for (Py_ssize_t i = 0; i < part->size; i++)
        if (may_be_time(part->codes[i]) && is_time(part, i))
            look_back(part, i, starts, &count);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t end = end_of_time(part, starts[i]);
        if (end >= 0 && push_span(found, from + starts[i], from + end) < 0)
            return -1;
    }
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
