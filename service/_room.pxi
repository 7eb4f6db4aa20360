# Text that grows.

cdef struct Room:
    char* data
    size_t size
    size_t most


cdef bint has_room(Room* room, size_t more) noexcept nogil:
    """Return whether there is, or could be made, room for so many more bytes."""
    cdef size_t most
    cdef void* data
    if room.size + more <= room.most:
        return True
    most = 2 * (room.size + more)
    data = realloc(room.data, most)
    if data == NULL:
        return False
    room.data, room.most = <char*> data, most
    return True
