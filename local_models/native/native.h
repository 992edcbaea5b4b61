/* What the parts of the compiled reader share. Tables and constants come from Python: the loops are
 * here, what they mean is in local_models/classifiers. */
#ifndef POINTSMAN_NATIVE_H
#define POINTSMAN_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

extern PyTypeObject SpellingType;
extern PyTypeObject WindowsType;
extern PyTypeObject RowsType;
extern PyTypeObject WordsType;
extern PyTypeObject TreesType;

PyObject *read_signs(PyObject *module, PyObject *string);
PyObject *read_digit_runs(PyObject *module, PyObject *string);

/* A contiguous view of `object`, which must hold `item` bytes a cell; sets the error otherwise. */
int view_of(PyObject *object, Py_buffer *view, Py_ssize_t item, const char *name);

/* A copy of such an object's bytes, and how many cells it has; NULL with the error set otherwise. */
void *copy_of(PyObject *object, Py_ssize_t item, const char *name, Py_ssize_t *count);

/* Zeroed memory for a table that is read all over the place, in large pages where the system has them:
 * finding out where a page lies costs more than the read itself. NULL with the error set. */
void *table_new(size_t size);
void table_free(void *table);

#endif
