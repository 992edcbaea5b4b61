/* Regression trees, walked from root to leaf: the loop of forest.py. */
#include "native.h"
#include <string.h>

/* What a walk looks at stands together: one line of memory for each step. */
typedef struct {
    float threshold;
    int32_t children[2]; /* above the threshold, at most it */
    int32_t column;
} Node;

typedef struct {
    PyObject_HEAD
    Node *node;
    float *value; /* nodes by outputs */
    int32_t *roots;
    Py_ssize_t nodes, trees, outputs, depth;
    int16_t widest; /* column that any node looks at */
} Trees;

static void trees_free(Trees *self)
{
    void *parts[] = {self->node, self->value, self->roots};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PyMem_Free(parts[i]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int is_sound(Trees *self)
{
    for (Py_ssize_t i = 0; i < self->nodes; i++) {
        const Node *node = &self->node[i];
        for (int k = 0; k < 2; k++)
            if (node->children[k] < 0 || node->children[k] >= self->nodes)
                return 0;
        if (node->column < 0)
            return 0;
        if (node->column > self->widest)
            self->widest = (int16_t)node->column;
    }
    for (Py_ssize_t i = 0; i < self->trees; i++)
        if (self->roots[i] < 0 || self->roots[i] >= self->nodes)
            return 0;
    return 1;
}

/* Put the nodes together from an array of each of their parts; -1 with the error set. */
static int take_nodes(Trees *self, PyObject *parts[3])
{
    Py_ssize_t thresholds = 0, children = 0;
    int16_t *column = copy_of(parts[0], 2, "column", &self->nodes);
    float *threshold = copy_of(parts[1], 4, "threshold", &thresholds);
    int32_t *child = copy_of(parts[2], 4, "children", &children);
    int is_fine = column && threshold && child && (self->node = PyMem_New(Node, self->nodes + 1));
    if (is_fine && (thresholds != self->nodes || children != 2 * self->nodes || self->nodes == 0)) {
        PyErr_SetString(PyExc_ValueError, "the trees point outside themselves; train them again");
        is_fine = 0;
    }
    for (Py_ssize_t i = 0; is_fine && i < self->nodes; i++)
        self->node[i] = (Node){threshold[i], {child[2 * i], child[2 * i + 1]}, column[i]};
    PyMem_Free(column);
    PyMem_Free(threshold);
    PyMem_Free(child);
    return is_fine ? 0 : -1;
}

static PyObject *trees_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"column", "threshold", "children", "value", "roots", "depth", NULL};
    PyObject *parts[3], *value, *roots;
    Py_ssize_t depth, values = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOOn", names, &parts[0], &parts[1], &parts[2],
                                     &value, &roots, &depth))
        return NULL;
    Trees *self = (Trees *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->depth = depth;
    int is_fine = take_nodes(self, parts) == 0 && (self->value = copy_of(value, 4, "value", &values)) &&
                  (self->roots = copy_of(roots, 4, "roots", &self->trees));
    if (is_fine && (values % self->nodes != 0 || !is_sound(self))) {
        PyErr_SetString(PyExc_ValueError, "the trees point outside themselves; train them again");
        is_fine = 0;
    }
    if (!is_fine) {
        Py_DECREF(self);
        return NULL;
    }
    self->outputs = values / self->nodes;
    return (PyObject *)self;
}

static void walk(const Trees *self, const float *input, float *sums)
{
    for (Py_ssize_t tree = 0; tree < self->trees; tree++) {
        int32_t at = self->roots[tree];
        for (Py_ssize_t step = 0; step < self->depth; step++) {
            const Node *node = &self->node[at];
            at = node->children[input[node->column] <= node->threshold];
        }
        for (Py_ssize_t k = 0; k < self->outputs; k++)
            sums[k] += self->value[at * self->outputs + k];
    }
}

void trees_walk(PyObject *trees, const float *inputs, float *sums)
{
    walk((Trees *)trees, inputs, sums);
}

int trees_shape(PyObject *trees, Py_ssize_t *inputs, Py_ssize_t *outputs)
{
    if (!PyObject_TypeCheck(trees, &TreesType)) {
        PyErr_SetString(PyExc_TypeError, "trees must be Trees");
        return -1;
    }
    *inputs = ((Trees *)trees)->widest + 1;
    *outputs = ((Trees *)trees)->outputs;
    return 0;
}

static PyObject *trees_add_up(Trees *self, PyObject *inputs)
{
    Py_buffer view;
    if (view_of(inputs, &view, 4, "inputs") < 0)
        return NULL;
    PyObject *result = NULL;
    if (view.len / 4 <= self->widest)
        PyErr_Format(PyExc_ValueError, "the trees look at column %d of %zd", self->widest,
                     view.len / 4);
    else if ((result = PyBytes_FromStringAndSize(NULL, self->outputs * 4)) != NULL) {
        float *sums = (float *)PyBytes_AS_STRING(result);
        memset(sums, 0, self->outputs * sizeof *sums);
        walk(self, view.buf, sums);
    }
    PyBuffer_Release(&view);
    return result;
}

static PyMethodDef methods[] = {
    {"add_up", (PyCFunction)trees_add_up, METH_O,
     "The sum of the leaves that float32 inputs fall into: float32 as bytes."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject TreesType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Trees",
    .tp_doc = "Trees(column, threshold, children, value, roots, depth): trees that are summed.",
    .tp_basicsize = sizeof(Trees),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = trees_new,
    .tp_dealloc = (destructor)trees_free,
    .tp_methods = methods,
};
