# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Articles out of lines of JSON without the GIL, as far as they are plainly right."""

from cpython.buffer cimport PyBuffer_FillInfo
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcmp, memcpy, memset, strlen

cdef extern from "_strings.h":
    const uint8_t* strings_read(
        int, const uint8_t*, const uint8_t*, void*, size_t*, int*
    ) noexcept nogil

cdef extern from *:
    str PyUnicode_FromKindAndData(int, const void*, Py_ssize_t)

include "_room.pxi"
include "_json.pxi"
include "_fields.pxi"

cdef enum:
    LONGEST_ID = 1024  # code points

cdef enum Name:
    TEXT
    HEADLINE
    ID
    LANGUAGE
    PUBLISHED
    OTHER

cdef const char* NAMES[5]
NAMES[:] = [b"text", b"headline", b"id", b"language", b"published"]


cdef struct Article:
    Place headline
    Place text
    Place id
    Place language
    int64_t number  # the id where it is one
    bint has_number
    Py_ssize_t line


cdef struct Line:
    Py_ssize_t number
    Py_ssize_t start
    Py_ssize_t end


cdef class Bytes:
    """Memory that others may read."""

    cdef Room room

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.room.data, self.room.size, 1, flags)

    def __dealloc__(self):
        free(self.room.data)


cdef class Articles:
    """What was read of some lines.

    Attributes
    ----------
    text : buffer of bytes
        The code points of all strings.
    places : buffer of int64, n_articles times 2 times 3
        Where in it each article's headline and text are: the bytes that a code point has, the
        first byte, how many code points.
    ids : list of str or int or None
    languages : list of str or None
    lines : list of int
        The line of each article, from 0.
    odd : list of (int, bytes)
        The other lines, but for those that are blank, and what they are.
    """

    cdef readonly Bytes text, places
    cdef readonly list ids, languages, lines, odd

    def __cinit__(self):
        self.text, self.places = Bytes(), Bytes()
        self.ids, self.languages, self.lines, self.odd = [], [], [], []

    cdef int keep(self, const Article* every, Py_ssize_t n) except -1:
        """Make Python's values of what was read; return 0."""
        cdef Py_ssize_t at
        cdef const Article* one
        cdef const Article* before = NULL
        cdef Room* places = &self.places.room
        if not has_room(places, max(n, 1) * 2 * sizeof(Place)):
            raise MemoryError
        for at in range(n):
            one = &every[at]
            memcpy(places.data + places.size, &one.headline, sizeof(Place))
            memcpy(places.data + places.size + sizeof(Place), &one.text, sizeof(Place))
            places.size += 2 * sizeof(Place)
            self.ids.append(one.number if one.has_number else self.spelt(&one.id))
            if before != NULL and self.same(&one.language, &before.language):
                self.languages.append(self.languages[at - 1])
            else:
                self.languages.append(self.spelt(&one.language))
            self.lines.append(one.line)
            before = one
        return 0

    cdef object spelt(self, const Place* place):
        if place.kind == 0:
            return None
        return PyUnicode_FromKindAndData(
            <int> place.kind, self.text.room.data + place.start, place.length
        )

    cdef bint same(self, const Place* one, const Place* other) noexcept:
        cdef const char* data = self.text.room.data
        if one.kind != other.kind or one.length != other.length:
            return False
        return memcmp(data + one.start, data + other.start, one.length * one.kind) == 0


def read(bytes data not None):
    """Read whole lines of JSON.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Articles
    """
    cdef Articles found = Articles()
    cdef Room every, odd
    cdef Py_ssize_t n, n_odd, at
    cdef Line* lines
    cdef bint enough
    cdef const char* start = data
    every.data, every.size, every.most = NULL, 0, 0
    odd.data, odd.size, odd.most = NULL, 0, 0
    n = len(data)
    try:
        with nogil:
            enough = read_lines(<const uint8_t*> start, n, &found.text.room, &every, &odd)
        if not enough:
            raise MemoryError
        found.keep(<const Article*> every.data, every.size // sizeof(Article))
        lines, n_odd = <Line*> odd.data, odd.size // sizeof(Line)
        for at in range(n_odd):
            found.odd.append((lines[at].number, data[lines[at].start:lines[at].end]))
        return found
    finally:
        free(every.data)
        free(odd.data)


cdef bint read_lines(
    const uint8_t* data, Py_ssize_t n, Room* text, Room* every, Room* odd
) noexcept nogil:
    """Read lines; return whether there was memory for them."""
    cdef Py_ssize_t at = 0
    cdef size_t size
    cdef Line line
    cdef Cursor cursor
    cdef const uint8_t* end
    cdef Article* article
    line.number, cursor.text = 0, text
    if not has_room(text, n):
        return False
    while at < n:
        end = <const uint8_t*> memchr(data + at, 10, n - at)
        line.start, line.end = at, n if end == NULL else end - data
        cursor.at, cursor.end = data + line.start, data + line.end
        skip_space(&cursor)
        if cursor.at < cursor.end:
            if not (has_room(every, sizeof(Article)) and has_room(odd, sizeof(Line))):
                return False
            article, size = <Article*> (every.data + every.size), text.size
            if read_article(&cursor, article):
                article.line = line.number
                every.size += sizeof(Article)
            else:
                text.size = size
                memcpy(odd.data + odd.size, &line, sizeof(Line))
                odd.size += sizeof(Line)
        at = line.end + 1
        line.number += 1
    return True


cdef bint read_article(Cursor* cursor, Article* article) noexcept nogil:
    """Read the object that a line is; return whether it is plainly an article."""
    cdef int seen = 0, name
    memset(article, 0, sizeof(Article))
    article.headline.kind = 1
    if not take(cursor, b"{"):
        return False
    while True:
        name = take_name(cursor)
        if name < 0 or seen >> name & 1:
            return False
        if name != OTHER:
            seen |= 1 << name
        if not read_field(cursor, article, name):
            return False
        if not take(cursor, b","):
            break
    return take(cursor, b"}") and cursor.at == cursor.end and seen >> <int> TEXT & 1


cdef int take_name(Cursor* cursor) noexcept nogil:
    """Go past a name and the colon after it; return which it is, -1 where it is odd."""
    cdef Place place
    cdef size_t size = cursor.text.size
    cdef int name
    if not take_string(cursor, &place):
        return -1
    cursor.text.size = size
    if not take(cursor, b":"):
        return -1
    for name in range(<int> OTHER):
        if place.kind == 1 and <size_t> place.length == strlen(NAMES[name]):
            if memcmp(cursor.text.data + place.start, NAMES[name], place.length) == 0:
                return name
    return OTHER


cdef bint read_field(Cursor* cursor, Article* article, int name) noexcept nogil:
    cdef Place place
    cdef const uint8_t* text
    if name == TEXT:
        return take_string(cursor, &article.text)
    if name == HEADLINE:
        return take_string(cursor, &article.headline)
    if name == OTHER:
        return skip_value(cursor, 0)
    if take_word(cursor, b"null"):
        return True
    if name == ID and not next_is(cursor, b'"'):
        article.has_number = True
        return take_integer(cursor, &article.number)
    if not take_string(cursor, &place):
        return False
    if name == ID:
        article.id = place
        return place.length <= LONGEST_ID
    text = <const uint8_t*> cursor.text.data + place.start
    if place.kind != 1:
        return False
    if name == LANGUAGE:
        article.language = place
        return is_language(text, place.length)
    return is_time(text, place.length)
