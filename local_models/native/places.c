/* Where the numbers of a text stand, and what each may be: the loop of entities.py, which says what
 * the places are for. */
#include "text.h"
#include <string.h>

typedef Codes Reader;

static INLINE uint32_t at(const Reader *text, Py_ssize_t i)
{
    return text->codes[i];
}

/* Superscripts and the like too, as `str.isdigit` has it. */
static inline int is_any_digit(uint32_t code)
{
    return code < 128 ? code - '0' < 10 : Py_UNICODE_ISDIGIT(code);
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
    if (end - start < 10 && !is_any_digit(at(text, end + 1)) && !is_any_digit(at(text, end + 2)))
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
    if (start > 0 && is_space(before)) {
        Py_ssize_t least = start > 12 ? start - 12 : 0, last = start - 1;
        while (last > least && is_space(at(text, last - 1)))
            last--;
        Py_ssize_t word = last;
        while (word > least && !is_space(at(text, word - 1)))
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
    int is_apart = end < text->size && is_space(near);
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
    uint32_t next = text->codes[i + 1];
    if (code < 128 && next != 'r' && next != 'u' && next != 'a')
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

/* What begins a number or a name of an order in ASCII. */
static const uint8_t BEGINS[128] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,
    ['7'] = 1, ['8'] = 1, ['9'] = 1, ['o'] = 1, ['t'] = 1, ['p'] = 1,
};

static inline int is_calm(uint32_t code)
{
    return code < 128 && !BEGINS[code];
}

static int find_all(const Reader *text, PyObject **lists)
{
    Waiting waiting = {.count = 0};
    for (Py_ssize_t i = 0; i < text->size;) {
        uint32_t code = text->codes[i];
        if (is_calm(code)) {
            i++;
            continue;
        }
        if (!is_digit(code)) {
            if (is_name(text, i, code))
                wait_for_number(&waiting, i);
            i++;
            continue;
        }
        Py_ssize_t end = i + 1;
        while (is_digit(text->codes[end]))
            end++;
        if (look_around(text, i, end, lists) < 0 || (end - i >= 3 && settle(&waiting, i, lists) < 0))
            return -1;
        i = end;
    }
    return 0;
}

PyObject *read_places(PyObject *Py_UNUSED(module), PyObject *string)
{
    Reader text;
    if (codes_open(string, &text) < 0)
        return NULL;
    PyObject *result = PyTuple_New(KINDS), *lists[KINDS];
    for (int kind = 0; result && kind < KINDS; kind++) {
        if ((lists[kind] = PyList_New(0)) == NULL)
            Py_CLEAR(result);
        else
            PyTuple_SET_ITEM(result, kind, lists[kind]);
    }
    if (result && find_all(&text, lists) < 0)
        Py_CLEAR(result);
    codes_close(&text);
    return result;
}

/* ---- times in English -------------------------------------------------------------------------- */

static const uint32_t TIMES[][10] = {
    {'d', 'a', 'y', 0}, {'w', 'e', 'e', 'k', 0}, {'m', 'o', 'n', 't', 'h', 0}, {'h', 'o', 'u', 'r', 0},
    {'y', 'e', 'a', 'r', 0}, {'t', 'o', 'n', 'i', 'g', 'h', 't', 0},
    {'t', 'o', 'm', 'o', 'r', 'r', 'o', 'w', 0}, {'c', 'h', 'r', 'i', 's', 't', 'm', 'a', 's', 0}, {0}};

/* What the words begin with that a time can begin with. */
static const char STARTS[][10] = {"a ", "black", "by ", "christmas", "day ", "fi", "four", "fri", "in ", "last", "mon",
                                  "next", "on ", "one", "satur", "seven", "six", "sun", "ten", "this", "three",
                                  "thurs", "today", "tomorrow", "tonight", "tue", "two", "wednes", "yesterday", ""};

#define WORDS_BACK 3
#define MOST_STARTS 1024

static int is_time(const Reader *text, Py_ssize_t i, uint32_t code)
{
    uint32_t next = text->codes[i + 1];
    if (next != 'a' && next != 'e' && next != 'o' && next != 'h')
        return 0;
    for (const uint32_t(*word)[10] = TIMES; (*word)[0]; word++)
        if ((*word)[0] == code && begins_with(text, i, *word))
            return 1;
    return 0;
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

static int begins_like(const Reader *text, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++)
        if ((at(text, i) == '\n' ? ' ' : at(text, i)) != (unsigned char)*word)
            return 0;
    return 1;
}

static int can_begin(const Reader *text, Py_ssize_t i)
{
    if (is_digit(at(text, i)))
        return 1;
    for (const char(*start)[10] = STARTS; (*start)[0]; start++)
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
static void look_back(const Reader *text, Py_ssize_t from, Py_ssize_t *starts, Py_ssize_t *count)
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

PyObject *read_times(PyObject *Py_UNUSED(module), PyObject *string)
{
    Reader text;
    Py_ssize_t starts[MOST_STARTS], count = 0;
    if (codes_open(string, &text) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < text.size; i++)
        if (may_be_time(text.codes[i]) && is_time(&text, i, text.codes[i]))
            look_back(&text, i, starts, &count);
    codes_close(&text);
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
