# How often words come near each other.

@final
cdef class Neighbours:
    """Who comes near one row, and how often: one row after another."""

    cdef const int32_t[::1] rows
    cdef Py_ssize_t* places  # all places, row by row
    cdef Py_ssize_t* ends  # of each row's places
    cdef double* counts  # of row -1, which is never met, and of each row, 0 between rows
    cdef Numbers met
    cdef double* values  # the counts of all that were met
    cdef Py_ssize_t most_values

    def __cinit__(self, const int32_t[::1] rows, Py_ssize_t n_rows):
        cdef Py_ssize_t at
        self.rows = rows
        self.places = <Py_ssize_t*> zeros(rows.shape[0] + 1, sizeof(Py_ssize_t))
        self.ends = <Py_ssize_t*> zeros(n_rows + 1, sizeof(Py_ssize_t))
        self.counts = <double*> zeros(n_rows + 1, sizeof(double))
        self.counts[0] = 1
        for at in range(rows.shape[0]):
            if not -1 <= rows[at] < n_rows:
                raise ValueError(f"row {rows[at]} is not one of {n_rows}, nor -1")
            self.ends[rows[at] + 1] += 1
        self.ends[0] = 0
        for at in range(n_rows):
            self.ends[at + 1] += self.ends[at]
        for at in range(rows.shape[0]):  # makes of each row's start its end
            if rows[at] >= 0:
                self.places[self.ends[rows[at]]] = at
                self.ends[rows[at]] += 1

    def __dealloc__(self):
        free(self.places)
        free(self.ends)
        free(self.counts)
        free(self.met.at)
        free(self.values)

    cdef int meet(self, Py_ssize_t row, Py_ssize_t n_rows, Py_ssize_t window) except -1:
        """Count who comes within *window* places of *row*; return 0."""
        cdef Py_ssize_t at, place, start = self.met.n, n_places = self.rows.shape[0]
        make_room(&self.met, n_rows + 1)
        for at in range(self.ends[row - 1] if row else 0, self.ends[row]):
            place = self.places[at]
            self.look(max(place - window, 0), place)
            self.look(place + 1, min(place + window + 1, n_places))
        if self.met.n > self.most_values:
            self.most_values = grown(self.met.n)
            self.values = <double*> resized(self.values, self.most_values, sizeof(double))
        for at in range(start, self.met.n):
            self.values[at] = self.counts[self.met.at[at] + 1]
            self.counts[self.met.at[at] + 1] = 0
        return 0

    cdef void look(self, Py_ssize_t start, Py_ssize_t end) noexcept:
        """Count who is there; there is room for one number more than there are rows."""
        cdef const int32_t* rows = &self.rows[0]
        cdef double* counts = self.counts + 1
        cdef int32_t* met = self.met.at
        cdef Py_ssize_t at, n = self.met.n
        for at in range(start, end):
            met[n] = rows[at]  # stays only if it is new; a branch would be guessed wrong too often
            n += counts[rows[at]] == 0
            counts[rows[at]] += 1
        self.met.n = n


def count_company(
    const int32_t[::1] rows not None, Py_ssize_t window, int64_t[::1] starts not None
):
    """Count how often each row comes within *window* places of each.

    Parameters
    ----------
    rows : ndarray of shape (n_places,), int32
        Rows from 0, one place after another; -1 for none.
    window : int
    starts : ndarray of shape (n_rows + 1,), int64
        Becomes the place where each row's values start.

    Returns
    -------
    columns : bytearray of int32
        For each row those that come near it, in any order.
    counts : bytearray of float64
        How often each does.

    Raises
    ------
    ValueError
        If there is no such row.
    """
    cdef Py_ssize_t row, n_rows = starts.shape[0] - 1
    cdef Neighbours found = Neighbours(rows, n_rows)
    starts[0] = 0
    for row in range(n_rows):
        found.meet(row, n_rows, window)
        starts[row + 1] = found.met.n
    return (
        bytes_of(&found.met),
        copied(found.values, found.met.n * <Py_ssize_t> sizeof(double)),
    )
