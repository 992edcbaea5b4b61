/* The module: the types, and how buffers are taken in. */
#include "native.h"
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

int view_of(PyObject *object, Py_buffer *view, Py_ssize_t item, const char *name)
{
    if (PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    if (view->len % item != 0) {
        PyErr_Format(PyExc_ValueError, "%s has %zd bytes, which is no multiple of %zd", name,
                     view->len, item);
        PyBuffer_Release(view);
        return -1;
    }
    return 0;
}

void *copy_of(PyObject *object, Py_ssize_t item, const char *name, Py_ssize_t *count)
{
    Py_buffer view;
    if (view_of(object, &view, item, name) < 0)
        return NULL;
    void *copy = PyMem_Malloc(view.len ? view.len : 1);
    if (copy == NULL)
        PyErr_NoMemory();
    else {
        memcpy(copy, view.buf, view.len);
        *count = view.len / item;
    }
    PyBuffer_Release(&view);
    return copy;
}

#define HUGE_PAGE ((size_t)2 << 20)

void *table_new(size_t size)
{
    void *table = NULL;
    size_t align = size < HUGE_PAGE ? 64 : HUGE_PAGE;
    size = (size + align - 1) / align * align;
    if (posix_memalign(&table, align, size ? size : align) != 0) {
        PyErr_NoMemory();
        return NULL;
    }
#ifdef __linux__
    if (align == HUGE_PAGE)
        madvise(table, size, MADV_HUGEPAGE); /* only advice: without it, all is slower but well */
#endif
    memset(table, 0, size);
    return table;
}

void table_free(void *table)
{
    free(table);
}

/* Counts up with every change of what Python hands over or gets back, see compiled.py. */
#define INTERFACE 11

static PyMethodDef functions[] = {
    {"softmax", (PyCFunction)(void (*)(void))softmax, METH_FASTCALL,
     "Scores (float32) weighed against each other, see chances.py."},
    {"sigmoids", (PyCFunction)(void (*)(void))sigmoids, METH_FASTCALL,
     "Scores (float32) each by itself, see chances.py."},
    {"shared", (PyCFunction)(void (*)(void))shared_keys, METH_FASTCALL,
     "How many n-grams (uint32, each once) two texts share."},
    {"token_traits", (PyCFunction)(void (*)(void))token_traits, METH_FASTCALL,
     "What in a text makes tokens, see token_traits.py."},
    {"lower", lower_text, METH_O, "A text in lower case: str.lower, many letters at a time."},
    {"signs", read_signs, METH_O, "What stands in a text besides its words, see signs.py."},
    {"places", read_places, METH_O, "Where numbers stand and what they may be, see entities.py."},
    {"runs", read_runs, METH_O, "Runs of digits with their neighbours, see privacy/digits.py."},
    {"times", (PyCFunction)(void (*)(void))read_times, METH_FASTCALL,
     "Times in English in the head and the tail of a text, see entities.py."},
    {"use_large_arenas", use_large_arenas, METH_NOARGS,
     "Have Python's small objects lie in large pages from now on; whether the system has any."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "pointsman_native",
    .m_doc = "Compiled loops of text reading and masking; numpy and Python do the same without them.",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit_pointsman_native(void)
{
    PyTypeObject *types[] = {&SpellingType, &WindowsType, &RowsType, &WordsType,
                             &TreesType, &LevelsType, &CuesType, &SurveyType, &AnnouncersType, &EncoderType,
                             &TransformerType};
    PyObject *made = PyModule_Create(&module);
    if (made == NULL)
        return NULL;
    if (PyModule_AddIntConstant(made, "INTERFACE", INTERFACE) < 0) {
        Py_DECREF(made);
        return NULL;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (PyModule_AddType(made, types[i]) < 0) {
            Py_DECREF(made);
            return NULL;
        }
    return made;
}
