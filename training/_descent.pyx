# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Dual coordinate descent for a few columns of the linear layer at a time, without the GIL.

Every column goes its own way: when it looks at an article, and when it is done, depends on nothing
but itself. Only the reading of an article is shared, which is what takes the time.
"""

from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memset

cdef extern from "_lanes.h":
    enum:
        LANES
    void lanes_score(
        float*, const float*, const int32_t*, const float*, int64_t
    ) noexcept nogil
    void lanes_move(
        const float*, float*, const float*, const int32_t*, const float*, int64_t
    ) noexcept nogil
    void lanes_length(
        float*, const float*, const int32_t*, const float*, int64_t
    ) noexcept nogil

WIDTH = LANES

cdef enum:
    EVERY = (1 << LANES) - 1

# A gradient below this share of the tolerance is left as it is.
cdef float SLIGHT = 0.01


cdef struct Problem:
    Py_ssize_t n_rows
    const int64_t* starts
    const int32_t* features
    const float* values
    const float* squares
    const float* truth
    const float* ridge
    float* columns
    float* alpha
    float* curvature
    int32_t* order
    uint8_t* awake
    float intercept[LANES]
    float ceiling[LANES]
    float highest[LANES]
    float lowest[LANES]
    bint sleepers[LANES]
    int live
    float tolerance
    uint64_t state


def descend(
    const int64_t[::1] starts not None,
    const int32_t[::1] features not None,
    const float[::1] values not None,
    const float[:, ::1] squares not None,
    const float[:, ::1] truth not None,
    const float[::1] ridge not None,
    float[:, ::1] columns not None,
    float[:, :, ::1] room not None,
    int32_t[::1] order not None,
    uint8_t[::1] awake not None,
    float tolerance,
    int most,
):
    """Fit WIDTH columns in place; return their intercepts, and whether each converged.

    Parameters
    ----------
    starts, features, values : ndarray of shape (n_rows + 1,), (n_values,), (n_values,)
        The rows of a compressed sparse matrix: int64, int32, float32.
    squares : ndarray of shape (n_features, WIDTH), float32
        The square of each feature's scale.
    truth : ndarray of shape (n_rows, WIDTH), float32
        1 yes, -1 no, 0 unknown.
    ridge : ndarray of shape (n_rows,), float32
        1 / (2 C w), w the row's weight in the loss.
    columns : ndarray of shape (n_features, WIDTH), float32
        All 0; becomes the columns, with the scale folded in.
    room : ndarray of shape (2, n_rows, WIDTH), float32
    order, awake : ndarray of shape (n_rows,), int32 and uint8
        Room to work in.
    tolerance : float
        Above 0: how far gradients may be from what is best.
    most : int
        Passes over the rows.
    """
    cdef Problem p
    cdef int passes = 0, lane
    memset(&p, 0, sizeof(Problem))
    p.n_rows = truth.shape[0]
    p.starts, p.features, p.values = &starts[0], &features[0], &values[0]
    p.squares, p.truth, p.ridge = &squares[0, 0], &truth[0, 0], &ridge[0]
    p.columns, p.alpha, p.curvature = &columns[0, 0], &room[0, 0, 0], &room[1, 0, 0]
    p.order, p.awake = &order[0], &awake[0]
    p.tolerance, p.state, p.live = tolerance, 0x2545F4914F6CDD1D, EVERY
    with nogil:
        prepare(&p)
        while p.live and passes < most:
            sweep(&p)
            judge(&p)
            passes += 1
    converged = [not p.live & (1 << lane) for lane in range(LANES)]
    return [p.intercept[lane] for lane in range(LANES)], converged


cdef void prepare(Problem* p) noexcept nogil:
    """Set all dual variables to 0, and work out what a step of each would change."""
    cdef Py_ssize_t row
    cdef int lane
    cdef float* length
    for row in range(p.n_rows):
        p.order[row], p.awake[row] = <int32_t> row, 0
        length = p.curvature + row * LANES
        for lane in range(LANES):
            p.alpha[row * LANES + lane], length[lane] = 0.0, 1.0 + p.ridge[row]
        lanes_length(
            length, p.squares, p.features + p.starts[row], p.values + p.starts[row],
            p.starts[row + 1] - p.starts[row],
        )
    for lane in range(LANES):
        wake(p, lane)


cdef void wake(Problem* p, int lane) noexcept nogil:
    """Let the lane look at all articles whose label it knows."""
    cdef Py_ssize_t row
    for row in range(p.n_rows):
        if p.truth[row * LANES + lane] != 0.0:
            p.awake[row] |= <uint8_t> (1 << lane)
    p.ceiling[lane], p.sleepers[lane] = INFINITY, False


cdef void sweep(Problem* p) noexcept nogil:
    """Visit, in a new order, each article that some lane looks at."""
    cdef Py_ssize_t place
    cdef int lane
    shuffle(p)
    for lane in range(LANES):
        p.highest[lane] = p.lowest[lane] = 0.0
    for place in range(p.n_rows):
        if p.awake[p.order[place]]:
            visit(p, p.order[place])


cdef void judge(Problem* p) noexcept nogil:
    """End the lanes that no article would move any more."""
    cdef Py_ssize_t row
    cdef int lane
    for lane in range(LANES):
        if not p.live & (1 << lane):
            continue
        if p.highest[lane] - p.lowest[lane] > p.tolerance:
            p.ceiling[lane] = p.highest[lane] if p.highest[lane] > 0.0 else INFINITY
        elif p.sleepers[lane]:
            wake(p, lane)
        else:
            p.live &= ~(1 << lane)
            for row in range(p.n_rows):
                p.awake[row] &= <uint8_t> ~(1 << lane)


cdef inline void visit(Problem* p, int32_t row) noexcept nogil:
    """Move the article's dual variable in each lane that looks at it to where it is best."""
    cdef int64_t start = p.starts[row], n = p.starts[row + 1] - start
    cdef float score[LANES]
    cdef float step[LANES]
    cdef bint moves = False
    cdef int lane
    for lane in range(LANES):
        score[lane], step[lane] = p.intercept[lane], 0.0
    lanes_score(score, p.columns, p.features + start, p.values + start, n)
    for lane in range(LANES):
        if p.awake[row] & (1 << lane):
            step[lane] = moved(p, row, lane, score[lane])
            moves = moves or step[lane] != 0.0
    if moves:
        for lane in range(LANES):
            p.intercept[lane] += step[lane]
        lanes_move(step, p.columns, p.squares, p.features + start, p.values + start, n)


cdef inline float moved(Problem* p, int32_t row, int lane, float score) noexcept nogil:
    """Move one dual variable, and return by how much, times the label."""
    cdef Py_ssize_t at = <Py_ssize_t> row * LANES + lane
    cdef float truth = p.truth[at], before = p.alpha[at]
    cdef float gradient = truth * score - 1.0 + p.ridge[row] * before
    cdef float projected = gradient
    if before == 0.0 and gradient > 0.0:
        if gradient > p.ceiling[lane]:  # far on its right side: it may sleep
            p.awake[row] &= <uint8_t> ~(1 << lane)
            p.sleepers[lane] = True
            return 0.0
        projected = 0.0
    p.highest[lane] = max(p.highest[lane], projected)
    p.lowest[lane] = min(p.lowest[lane], projected)
    if -SLIGHT * p.tolerance < projected < SLIGHT * p.tolerance:
        return 0.0
    p.alpha[at] = max(before - gradient / p.curvature[at], <float> 0.0)
    return truth * (p.alpha[at] - before)


cdef inline void shuffle(Problem* p) noexcept nogil:
    """Put the articles into a new order: Fisher and Yates, with the numbers of xorshift64."""
    cdef Py_ssize_t place, other
    for place in range(p.n_rows - 1, 0, -1):
        p.state ^= p.state << 13
        p.state ^= p.state >> 7
        p.state ^= p.state << 17
        other = <Py_ssize_t> (((p.state >> 32) * <uint64_t> (place + 1)) >> 32)
        p.order[place], p.order[other] = p.order[other], p.order[place]
