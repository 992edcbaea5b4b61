/* One spelling for what means the same: the loops of normalise.py, which says what it is for. */
#include "native.h"

#define DROPPED 0xFFFFFFFFU
#define CAPITAL_I_DOT 0x130
#define CAPITAL_SIGMA 0x3A3

typedef struct {
    PyObject_HEAD
    uint32_t *plane; /* what each code point of the basic plane is spelt as */
    uint32_t *marks; /* the mark for a run of so many digits; the last one for longer runs */
    Py_ssize_t mark_count;
} Spelling;

static void spelling_free(Spelling *self)
{
    PyMem_Free(self->plane);
    PyMem_Free(self->marks);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *spelling_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"plane", "digit_marks", NULL};
    PyObject *plane, *marks;
    Py_ssize_t plane_count = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO", names, &plane, &marks))
        return NULL;
    Spelling *self = (Spelling *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if ((self->plane = copy_of(plane, 4, "plane", &plane_count)) == NULL ||
        (self->marks = copy_of(marks, 4, "digit_marks", &self->mark_count)) == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    if (plane_count != 1 << 16 || self->mark_count < 2) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "plane needs 65,536 cells and digit_marks two at least");
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *spelling_translate(Spelling *self, PyObject *text)
{
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), kept = 0;
    int kind = PyUnicode_KIND(text), changed = 0;
    const void *data = PyUnicode_DATA(text);
    uint32_t *out = PyMem_New(uint32_t, length ? length : 1);
    if (out == NULL)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < length; i++) {
        uint32_t code = PyUnicode_READ(kind, data, i), become = code;
        if (code < 1 << 16)
            become = self->plane[code];
        changed |= become != code;
        out[kept] = become;
        kept += become != DROPPED;
    }
    PyObject *result = changed ? PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, kept)
                               : Py_NewRef(text);
    PyMem_Free(out);
    return result;
}

/* Lower case in place, with room for one more character for each; the new length. */
static Py_ssize_t lower(uint32_t *codes, Py_ssize_t length, const void *data, int kind)
{
    Py_ssize_t out = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        uint32_t code = PyUnicode_READ(kind, data, i);
        if (code < 128)
            code += (code >= 'A' && code <= 'Z') ? 32 : 0;
        else if (code < 0x2E80 || code >= 0xA640) { /* between them are scripts without case */
            if (code == CAPITAL_I_DOT) {
                codes[out++] = 'i';
                code = 0x307;
            } else
                code = Py_UNICODE_TOLOWER(code);
        }
        codes[out++] = code;
    }
    return out;
}

static int is_digit(uint32_t code)
{
    return code < 128 ? code >= '0' && code <= '9' : Py_UNICODE_ISDECIMAL(code);
}

/* Digit runs to one mark each, in place; the new length. */
static Py_ssize_t mark_digits(const Spelling *self, uint32_t *codes, Py_ssize_t length)
{
    Py_ssize_t out = 0;
    for (Py_ssize_t i = 0; i < length;) {
        if (!is_digit(codes[i])) {
            codes[out++] = codes[i++];
            continue;
        }
        Py_ssize_t end = i + 1;
        while (end < length && is_digit(codes[end]))
            end++;
        Py_ssize_t run = end - i < self->mark_count ? end - i : self->mark_count - 1;
        codes[out++] = self->marks[run];
        i = end;
    }
    return out;
}

/* A character three times or more in a row to two of it, then several spaces to one; in place. */
static Py_ssize_t fold(uint32_t *codes, Py_ssize_t length)
{
    Py_ssize_t out = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        uint32_t code = codes[i];
        if (out >= 1 && code == ' ' && codes[out - 1] == ' ')
            continue;
        if (out >= 2 && code == codes[out - 1] && code == codes[out - 2] && code != '\n')
            continue;
        codes[out++] = code;
    }
    return out;
}

static PyObject *spelling_flatten(Spelling *self, PyObject *text)
{
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    PyObject *source = Py_NewRef(text);
    if (PyUnicode_FindChar(text, CAPITAL_SIGMA, 0, PyUnicode_GET_LENGTH(text), 1) >= 0) {
        Py_SETREF(source, PyObject_CallMethod(text, "lower", NULL)); /* its form hangs on the word */
        if (source == NULL)
            return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(source);
    uint32_t *codes = PyMem_New(uint32_t, 2 * length + 1);
    if (codes == NULL) {
        Py_DECREF(source);
        return PyErr_NoMemory();
    }
    length = lower(codes, length, PyUnicode_DATA(source), PyUnicode_KIND(source));
    Py_DECREF(source);
    length = mark_digits(self, codes, length);
    length = fold(codes, length);
    Py_ssize_t start = 0;
    while (start < length && Py_UNICODE_ISSPACE(codes[start]))
        start++;
    while (length > start && Py_UNICODE_ISSPACE(codes[length - 1]))
        length--;
    PyObject *plain = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, codes + start, length - start);
    PyMem_Free(codes);
    return plain;
}

static PyMethodDef methods[] = {
    {"translate", (PyCFunction)spelling_translate, METH_O, "Character by character."},
    {"flatten", (PyCFunction)spelling_flatten, METH_O,
     "Lower case, one mark for a run of digits, no long repeats, one space between words."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject SpellingType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Spelling",
    .tp_doc = "Spelling(plane, digit_marks): texts made plain.",
    .tp_basicsize = sizeof(Spelling),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = spelling_new,
    .tp_dealloc = (destructor)spelling_free,
    .tp_methods = methods,
};
