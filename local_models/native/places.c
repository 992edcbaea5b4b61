/* Where the numbers of a text stand, and what each may be: the loop of entities.py, which says what
 * the places are for. */
#include "native.h"
#include <string.h>

typedef struct {
    int kind;
    const void *data;
    Py_ssize_t size;
} Reader;

static inline uint32_t at(const Reader *text, Py_ssize_t i)
{
    return i >= 0 && i < text->size ? PyUnicode_READ(text->kind, text->data, i) : 0;
}

static inline int is_decimal(uint32_t code)
{
    return code < 128 ? code >= '0' && code <= '9' : Py_UNICODE_ISDECIMAL(code);
}

static inline int is_digit(uint32_t code)
{
    return code < 128 ? code >= '0' && code <= '9' : Py_UNICODE_ISDIGIT(code);
}

static inline int is_small(uint32_t code)
{
    return code >= 'a' && code <= 'z';
}

static int is_in(uint32_t code, const uint32_t *set)
{
    for (; *set; set++)
        if (*set == code)
            return 1;
    return 0;
}

static const uint32_t DATE_MARKS[] = {0x5E74, '/', '.', '-', 0x6708, 0x53F7, 0x65E5, 0};
static const uint32_t UNIT_STARTS[] = {0x5143, 0x5757, 0x6BDB, 0x89D2, 0x4E07, 0x7F8E, 0x4EBA,
                                       'd', 'b', 'u', 'r', 'e', 'y', 'p', 0};
static const uint32_t SIGNS[] = {0xA5, 0xFFE5, '$', 0x20AC, 0xA3, 0};

static int is_one_of(const Reader *text, Py_ssize_t i, const char (*words)[4])
{
    for (; (*words)[0]; words++)
        if (at(text, i) == (uint32_t)(*words)[0] && at(text, i + 1) == (uint32_t)(*words)[1] &&
            at(text, i + 2) == (uint32_t)(*words)[2])
            return 1;
    return 0;
}

static const char MONTHS[][4] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                 "aug", "sep", "oct", "nov", "dec", ""};
static const char MONTHS_OR_OF[][4] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                       "aug", "sep", "oct", "nov", "dec", "of ", ""};
static const char CODES[][4] = {"rmb", "cny", "usd", ""};

enum { PHONES, HASHED, BARE, DATES, MONTHS_BEFORE, PAID, PRICED, NAMED, KINDS };

static int push(PyObject **lists, int kind, Py_ssize_t place)
{
    PyObject *number = PyLong_FromSsize_t(place);
    int failed = number == NULL || PyList_Append(lists[kind], number) < 0;
    Py_XDECREF(number);
    return failed ? -1 : 0;
}

/* Ten digits at least make a phone number, in one run or with signs between. */
static int look_for_phone(const Reader *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    if (end - start < 10 && !is_digit(at(text, end + 1)) && !is_digit(at(text, end + 2)))
        return 0;
    uint32_t before = at(text, start - 1);
    if ((before == '+' || before == '(') && push(lists, PHONES, start - 1) < 0)
        return -1;
    return push(lists, PHONES, start);
}

/* Two to four letters with eight digits, or twelve digits. */
static int look_for_bare(const Reader *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    Py_ssize_t first = start;
    if (end - start < 8)
        return 0;
    while (first > 0 && start - first < 4 && is_small(at(text, first - 1)))
        first--;
    return start - first >= 2 || end - start >= 12 ? push(lists, BARE, first) : 0;
}

/* The last digits of a longer run can be a year, a month or a day. */
static int look_for_date(const Reader *text, Py_ssize_t start, Py_ssize_t end, int is_apart,
                         PyObject **lists)
{
    uint32_t near = at(text, end);
    int is_date = is_in(is_apart ? at(text, end + 1) : near, DATE_MARKS) || near == 's' ||
                  near == 'n' || near == 'r' || near == 't' ||
                  (is_apart && is_one_of(text, end + 1, MONTHS_OR_OF));
    if (!is_date)
        return 0;
    if (push(lists, DATES, start) < 0)
        return -1;
    static const int backs[] = {4, 2, 1};
    for (int i = 0; i < 3; i++)
        if (end - backs[i] > start && push(lists, DATES, end - backs[i]) < 0)
            return -1;
    return 0;
}

/* A month or a currency before a number, with or without a space between. */
static int look_before(const Reader *text, Py_ssize_t start, PyObject **lists)
{
    uint32_t before = at(text, start - 1);
    if (start > 0 && Py_UNICODE_ISSPACE(before)) {
        Py_ssize_t least = start > 12 ? start - 12 : 0, last = start - 1;
        while (last > least && Py_UNICODE_ISSPACE(at(text, last - 1)))
            last--;
        Py_ssize_t word = last;
        while (word > least && !Py_UNICODE_ISSPACE(at(text, word - 1)))
            word--;
        if (last - word >= 3 && is_one_of(text, word, MONTHS) &&
            (push(lists, MONTHS_BEFORE, word) < 0 || push(lists, MONTHS_BEFORE, last) < 0))
            return -1;
        start--;
        before = at(text, start - 1);
    }
    if (is_in(before, SIGNS))
        return push(lists, PAID, start - 1);
    if ((before == 'b' || before == 'y' || before == 'd') && is_one_of(text, start - 3, CODES))
        return push(lists, PAID, start - 3);
    return 0;
}

static int look_around(const Reader *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    uint32_t near = at(text, end);
    int is_apart = end < text->size && Py_UNICODE_ISSPACE(near);
    uint32_t follows = is_apart ? at(text, end + 1) : near;
    if (look_for_phone(text, start, end, lists) < 0 || look_for_bare(text, start, end, lists) < 0 ||
        look_for_date(text, start, end, is_apart, lists) < 0)
        return -1;
    if (at(text, start - 1) == '#' && push(lists, HASHED, start - 1) < 0)
        return -1;
    if ((is_in(follows, UNIT_STARTS) || near == ',' || near == '.') && push(lists, PRICED, start) < 0)
        return -1;
    return look_before(text, start, lists);
}

/* Words that name an order, and how near three digits must stand. */
#define REACH 64
#define MOST_NAMES 64

static const uint32_t NAMES[][10] = {
    {'o', 'r', 'd', 'e', 'r', 0}, {'t', 'r', 'a', 'c', 'k', 'i', 'n', 'g', 0},
    {'p', 'u', 'r', 'c', 'h', 'a', 's', 'e', 0}, {'p', 'a', 'c', 'k', 'a', 'g', 'e', 0},
    {0x8BA2, 0x5355, 0}, {0x5355, 0x53F7, 0}, {0x8FD0, 0x5355, 0}, {0x7F16, 0x53F7, 0}, {0}};

static int begins_with(const Reader *text, Py_ssize_t i, const uint32_t *word)
{
    for (; *word; word++, i++)
        if (at(text, i) != *word)
            return 0;
    return 1;
}

static int is_name(const Reader *text, Py_ssize_t i, uint32_t code)
{
    if (code < 128 && code != 'o' && code != 't' && code != 'p')
        return 0;
    for (const uint32_t(*name)[10] = NAMES; (*name)[0]; name++)
        if ((*name)[0] == code && begins_with(text, i, *name))
            return 1;
    return 0;
}

/* The names that wait for a number, and how many. */
typedef struct {
    Py_ssize_t at[MOST_NAMES];
    Py_ssize_t count;
} Waiting;

/* Give those that the number is near enough to their place; the others wait in vain. */
static int settle(Waiting *waiting, Py_ssize_t start, PyObject **lists)
{
    for (Py_ssize_t i = 0; i < waiting->count; i++)
        if (start - waiting->at[i] <= REACH && push(lists, NAMED, waiting->at[i]) < 0)
            return -1;
    waiting->count = 0;
    return 0;
}

static void wait_for_number(Waiting *waiting, Py_ssize_t place)
{
    if (waiting->count == MOST_NAMES) /* the first ones are out of reach by now */
        memmove(waiting->at, waiting->at + 1, (size_t)--waiting->count * sizeof *waiting->at);
    waiting->at[waiting->count++] = place;
}

PyObject *read_places(PyObject *Py_UNUSED(module), PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Reader text = {PyUnicode_KIND(string), PyUnicode_DATA(string), PyUnicode_GET_LENGTH(string)};
    PyObject *result = PyTuple_New(KINDS), *lists[KINDS];
    Waiting waiting = {.count = 0};
    for (int kind = 0; result && kind < KINDS; kind++) {
        if ((lists[kind] = PyList_New(0)) == NULL)
            Py_CLEAR(result);
        else
            PyTuple_SET_ITEM(result, kind, lists[kind]);
    }
    for (Py_ssize_t i = 0; result && i < text.size;) {
        uint32_t code = PyUnicode_READ(text.kind, text.data, i);
        if (!is_decimal(code)) {
            if (is_name(&text, i, code))
                wait_for_number(&waiting, i);
            i++;
            continue;
        }
        Py_ssize_t end = i + 1;
        while (end < text.size && is_decimal(PyUnicode_READ(text.kind, text.data, end)))
            end++;
        if (look_around(&text, i, end, lists) < 0 || (end - i >= 3 && settle(&waiting, i, lists) < 0))
            Py_CLEAR(result);
        i = end;
    }
    return result;
}

/* ---- times in English -------------------------------------------------------------------------- */

static const uint32_t TIMES[][10] = {
    {'d', 'a', 'y', 0}, {'w', 'e', 'e', 'k', 0}, {'m', 'o', 'n', 't', 'h', 0}, {'h', 'o', 'u', 'r', 0},
    {'y', 'e', 'a', 'r', 0}, {'t', 'o', 'n', 'i', 'g', 'h', 't', 0},
    {'t', 'o', 'm', 'o', 'r', 'r', 'o', 'w', 0}, {'c', 'h', 'r', 'i', 's', 't', 'm', 'a', 's', 0}, {0}};

/* The first two letters of the words that a time can begin with. */
static const char STARTS[][3] = {"a ", "bl", "by", "ch", "da", "fi", "fo", "fr", "in", "la", "mo", "ne",
                                 "on", "sa", "se", "si", "su", "te", "th", "to", "tu", "tw", "we", "ye", ""};

#define WORDS_BACK 3
#define MOST_STARTS 1024

static int is_time(const Reader *text, Py_ssize_t i, uint32_t code)
{
    if (code != 'd' && code != 'w' && code != 'm' && code != 'h' && code != 'y' && code != 't' &&
        code != 'c')
        return 0;
    for (const uint32_t(*word)[10] = TIMES; (*word)[0]; word++)
        if ((*word)[0] == code && begins_with(text, i, *word))
            return 1;
    return 0;
}

static int is_break(uint32_t code)
{
    return code == ' ' || code == '\n';
}

static int can_begin(const Reader *text, Py_ssize_t i)
{
    if (is_decimal(at(text, i)))
        return 1;
    uint32_t next = at(text, i + 1) == '\n' ? ' ' : at(text, i + 1);
    for (const char(*start)[3] = STARTS; (*start)[0]; start++)
        if (at(text, i) == (uint32_t)(*start)[0] && next == (uint32_t)(*start)[1])
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

PyObject *read_times(PyObject *Py_UNUSED(module), PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Reader text = {PyUnicode_KIND(string), PyUnicode_DATA(string), PyUnicode_GET_LENGTH(string)};
    Py_ssize_t starts[MOST_STARTS], count = 0;
    for (Py_ssize_t i = 0; i < text.size; i++) {
        if (!is_time(&text, i, PyUnicode_READ(text.kind, text.data, i)))
            continue;
        for (Py_ssize_t back = 0, from = i; back < WORDS_BACK; back++) {
            Py_ssize_t start = from, first;
            while (start > 0 && !is_break(at(&text, start - 1)))
                start--;
            /* What is no letter or digit stands before the word, not in it. */
            for (first = start; first < text.size && !Py_UNICODE_ISALNUM(at(&text, first)); first++)
                ;
            if (can_begin(&text, first))
                insert(starts, &count, first);
            if (start < 2)
                break;
            from = start - 1;
        }
    }
    PyObject *found = PyList_New(count);
    for (Py_ssize_t i = 0; found && i < count; i++) {
        PyObject *place = PyLong_FromSsize_t(starts[i]);
        if (place == NULL)
            Py_CLEAR(found);
        else
            PyList_SET_ITEM(found, i, place);
    }
    return found;
}
