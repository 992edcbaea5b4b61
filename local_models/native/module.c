/* The module: the types, and how buffers are taken in. */
#include "native.h"
#include <string.h>

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

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "pointsman_native",
    .m_doc = "Compiled loops of the text classifiers; numpy does the same without them.",
    .m_size = -1,
};

PyMODINIT_FUNC PyInit_pointsman_native(void)
{
    PyTypeObject *types[] = {&SpellingType, &WindowsType, &RowsType, &WordsType,
                             &TreesType};
    PyObject *made = PyModule_Create(&module);
    if (made == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (PyModule_AddType(made, types[i]) < 0) {
            Py_DECREF(made);
            return NULL;
        }
    return made;
}
