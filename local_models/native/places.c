/* Where the numbers of a text stand, and what each may be: the loop of entities.py, which says what
 * the places are for. */
#include "text.h"
#include <string.h>

static INLINE uint32_t at(const Codes *text, Py_ssize_t i)
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
static int is_one_of(const Codes *text, Py_ssize_t i, const char (*words)[4])
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

enum { PHONES, HASHED, BARE, DATES, MONTHS_BEFORE, SUMS, NAMED, KINDS };

static int push(PyObject **lists, int kind, Py_ssize_t place)
{
    return push_place(lists[kind], place);
}

/* Ten digits at least make a phone number, in one run or with signs between. */
static int look_for_phone(const Codes *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    if (end - start < 10 && !is_any_digit(at(text, end + 1)) && !is_any_digit(at(text, end + 2)))
        return 0;
    uint32_t before = at(text, start - 1);
    if ((before == '+' || before == '(') && push(lists, PHONES, start - 1) < 0)
        return -1;
    return push(lists, PHONES, start);
}

/* Two to four letters with eight digits, or twelve digits. */
static int look_for_bare(const Codes *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    Py_ssize_t first = start;
    if (end - start < 8)
        return 0;
    while (first > 0 && start - first < 4 && is_small(at(text, first - 1)))
        first--;
    return start - first >= 2 || end - start >= 12 ? push(lists, BARE, first) : 0;
}

/* The hour of a day: "3pm", "10:30 am". */
static int is_hour(const Codes *text, Py_ssize_t start, Py_ssize_t end, int is_apart)
{
    uint32_t near = at(text, end + is_apart);
    return end - start <= 2 && (near == 'a' || near == 'p' || near == ':');
}

/* A year, a month and a day in one run, or digits before a sign or a word that ends a date: the last ones
 * of a longer run can be a year, a month or a day. */
static int look_for_date(const Codes *text, Py_ssize_t start, Py_ssize_t end, int is_apart,
                         PyObject **lists)
{
    uint32_t near = at(text, end);
    if (end - start == 8 || is_hour(text, start, end, is_apart))
        return push(lists, DATES, start);
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

/* A month before a number, with blanks between. */
static int look_before(const Codes *text, Py_ssize_t start, PyObject **lists)
{
    if (start == 0 || !is_space(at(text, start - 1)))
        return 0;
    Py_ssize_t least = start > 12 ? start - 12 : 0, last = start - 1;
    while (last > least && is_space(at(text, last - 1)))
        last--;
    Py_ssize_t word = last;
    while (word > least && !is_space(at(text, word - 1)))
        word--;
    if (last - word < 3 || !is_one_of(text, word, MONTHS))
        return 0;
    return push(lists, MONTHS_BEFORE, word) < 0 ? -1 : push(lists, MONTHS_BEFORE, last);
}

/* What may be a currency, or begin or end one, or go on with the number. */
static int tells_of_money(uint32_t code)
{
    return code > 127 || is_small(code) || code == '$' || code == ',' || code == '.' || code == '\'' ||
           code == '-' || code == '~';
}

/* A sum is told by what stands right before it or behind it, with or without a space between. */
static int look_for_sum(const Codes *text, Py_ssize_t start, Py_ssize_t end, int is_apart, PyObject **lists)
{
    int is_far = start > 0 && is_space(at(text, start - 1));
    if ((is_apart && is_digit(at(text, end + 1))) ||
        tells_of_money(at(text, end + is_apart)) || tells_of_money(at(text, start - 1 - is_far)))
        return push(lists, SUMS, start);
    return 0;
}

static int look_around(const Codes *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    uint32_t near = at(text, end);
    int is_apart = end < text->size && is_space(near);
    if (look_for_phone(text, start, end, lists) < 0 || look_for_bare(text, start, end, lists) < 0 ||
        look_for_date(text, start, end, is_apart, lists) < 0)
        return -1;
    if (at(text, start - 1) == '#' && push(lists, HASHED, start - 1) < 0)
        return -1;
    if (look_for_sum(text, start, end, is_apart, lists) < 0)
        return -1;
    return look_before(text, start, lists);
}

/* Words that name an order, and how near a digit must stand. */
#define REACH 64
#define MOST_NAMES 64

static const uint32_t NAMES[][10] = {
    {'o', 'r', 'd', 'e', 'r', 0}, {'t', 'r', 'a', 'c', 'k', 'i', 'n', 'g', 0},
    {'p', 'u', 'r', 'c', 'h', 'a', 's', 'e', 0}, {'p', 'a', 'c', 'k', 'a', 'g', 'e', 0},
    {'p', 'a', 'r', 'c', 'e', 'l', 0}, {'s', 'h', 'i', 'p', 'm', 'e', 'n', 't', 0},
    {'w', 'a', 'y', 'b', 'i', 'l', 'l', 0}, {0x8BA2, 0x5355, 0}, {0x5355, 0x53F7, 0},
    {0x8FD0, 0x5355, 0}, {0x7F16, 0x53F7, 0}, {0x5305, 0x88F9, 0}, {0x5C3E, 0x53F7, 0}, {0}};

static int begins_with(const Codes *text, Py_ssize_t i, const uint32_t *word)
{
    for (; *word; word++, i++)
        if (at(text, i) != *word)
            return 0;
    return 1;
}

static int is_name(const Codes *text, Py_ssize_t i, uint32_t code)
{
    uint32_t next = text->codes[i + 1];
    if (code < 128 && next != 'r' && next != 'u' && next != 'a' && next != 'h')
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

/* Those names that the number is near enough to may name it; the others wait in vain. */
static int settle(Waiting *waiting, Py_ssize_t number, PyObject **lists)
{
    for (Py_ssize_t i = 0; i < waiting->count; i++)
        if (number - waiting->at[i] <= REACH && push(lists, NAMED, waiting->at[i]) < 0)
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
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1,
    ['8'] = 1, ['9'] = 1, ['o'] = 1, ['t'] = 1, ['p'] = 1, ['s'] = 1, ['w'] = 1,
};

static inline int is_calm(uint32_t code)
{
    return code < 128 && !BEGINS[code];
}

static int find_all(const Codes *text, PyObject **lists)
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
        if (look_around(text, i, end, lists) < 0 || settle(&waiting, i, lists) < 0)
            return -1;
        i = end;
    }
    return 0;
}

PyObject *read_places(PyObject *Py_UNUSED(module), PyObject *string)
{
    Codes text;
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
