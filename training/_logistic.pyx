# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Logistic regression on one to three columns, by Newton's method, without the GIL."""

from libc.stdint cimport int64_t

cdef extern from "_logistic.h":
    enum:
        MOST_COLUMNS
    ctypedef struct Point:
        double loss
        double* gradient
        double (*hessian)[4]
    void logistic_point(
        int, Point*, const double*, const double*, const double*, int64_t
    ) noexcept nogil

MOST = MOST_COLUMNS


cdef struct Search:
    int k
    int64_t n
    const double* columns
    const double* target
    double ridge
    double small
    double coef[MOST_COLUMNS + 1]
    Point point


def newton(
    const double[:, ::1] columns not None,
    const double[::1] target not None,
    double[::1] coef not None,
    int steps,
    double small,
    double ridge,
):
    """Move *coef* to where *target* is likeliest.

    Parameters
    ----------
    columns : ndarray of shape (k, n), float64
        k is 1 to ``MOST``.
    target : ndarray of shape (n,), float64
        Share of yes, 0 to 1.
    coef : ndarray of shape (k + 1,), float64
        Coefficients, then the offset: where to begin, and what is found.
    steps : int
        So many at most.
    small : float
        A step that gains less than this share of the loss is the last.
    ridge : float
        Of the penalty.
    """
    cdef Search s
    cdef int c
    s.k, s.n = <int> columns.shape[0], columns.shape[1]
    if not 1 <= s.k <= MOST_COLUMNS or coef.shape[0] != s.k + 1 or target.shape[0] != s.n:
        raise ValueError("shapes do not fit")
    if s.n == 0:
        return
    s.columns, s.target, s.ridge, s.small = &columns[0, 0], &target[0], ridge, small
    for c in range(s.k + 1):
        s.coef[c] = coef[c]
    with nogil:
        look(&s)
        while steps > 0 and move(&s):
            steps -= 1
    for c in range(s.k + 1):
        coef[c] = s.coef[c]


def loss(const double[::1] z not None, const double[::1] target not None):
    """Return the summed log loss, in nats, of logits *z*; both (n,), float64."""
    cdef Point point
    cdef double[2] coef
    coef[0], coef[1] = 1.0, 0.0
    if target.shape[0] != z.shape[0]:
        raise ValueError("shapes do not fit")
    if z.shape[0] == 0:
        return 0.0
    with nogil:
        logistic_point(1, &point, &z[0], &target[0], coef, z.shape[0])
    return point.loss


cdef void look(Search* s) noexcept nogil:
    """Work out loss, gradient and Hessian, with their penalty, where the search is."""
    cdef int c
    logistic_point(s.k, &s.point, s.columns, s.target, s.coef, s.n)
    for c in range(s.k + 1):
        s.point.loss += 0.5 * s.ridge * s.coef[c] * s.coef[c]
        s.point.gradient[c] += s.ridge * s.coef[c]
        s.point.hessian[c][c] += s.ridge


cdef bint move(Search* s) noexcept nogil:
    """Take one step, shorter where it would lead too far; return whether to go on."""
    cdef double[MOST_COLUMNS + 1] step
    cdef double[MOST_COLUMNS + 1] before
    cdef double loss = s.point.loss, gain = 0.0, scale = 1.0
    cdef int c
    solve(s, step)
    for c in range(s.k + 1):
        gain += 0.5 * s.point.gradient[c] * step[c]
        before[c] = s.coef[c]
        s.coef[c] = before[c] - step[c]
    if gain <= s.small * max(1.0, loss):
        return False
    look(s)
    while s.point.loss > loss:
        scale /= 2
        for c in range(s.k + 1):
            s.coef[c] = before[c] - (scale * step[c] if scale >= s.small else 0.0)
        if scale < s.small:
            return False
        look(s)
    return True


cdef void solve(Search* s, double* step) noexcept nogil:
    """Solve Hessian times step = gradient by a Cholesky decomposition without roots."""
    cdef double[MOST_COLUMNS + 1][MOST_COLUMNS + 1] low
    cdef double[MOST_COLUMNS + 1] pivot
    cdef int c, d, e
    for c in range(s.k + 1):
        for d in range(c + 1):
            low[c][d] = s.point.hessian[c][d]
            for e in range(d):
                low[c][d] -= low[c][e] * low[d][e] * pivot[e]
            if d < c:
                low[c][d] /= pivot[d]
        pivot[c] = low[c][c]
        step[c] = s.point.gradient[c]
        for d in range(c):
            step[c] -= low[c][d] * step[d]
    for c in range(s.k + 1):
        step[c] /= pivot[c]
    for c in range(s.k, -1, -1):
        for d in range(c + 1, s.k + 1):
            step[c] -= low[d][c] * step[d]
