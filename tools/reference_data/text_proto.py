"""Writing of text protobuf, just as much as the definitions need."""


class Writer:
    """Collects lines of text protobuf. Not checked against a schema: `validate` does that."""

    def __init__(self, notes):
        self._lines = [
            "# proto-file: onereturn/config/v1/definitions.proto",
            "# proto-message: DefinitionSet",
            "#",
        ]
        self._lines += [f"# {note}" for note in notes]
        self._depth = 0

    def open(self, field):
        """Starts a message field. A blank line stands before each one at the top."""
        if self._depth == 0:
            self._lines.append("")
        self._line(f"{field} {{")
        self._depth += 1

    def close(self):
        self._depth -= 1
        self._line("}")

    def text(self, field, value):
        self._line(f"{field}: {quoted(value)}")

    def plain(self, field, value):
        """A number, a boolean or the name of an enum value."""
        self._line(f"{field}: {value}")

    def inline(self, field, *parts):
        """A message on one line; each part is the text of one field."""
        self._line(f"{field} {{ {' '.join(parts)} }}")

    def note(self, words):
        """A comment of one line."""
        self._line(f"# {words}")

    def content(self):
        return "\n".join(self._lines) + "\n"

    def _line(self, text):
        self._lines.append("  " * self._depth + text)


def quoted(value):
    """A string literal. The definitions are plain ASCII, which is asserted."""
    assert value.isascii() and value.isprintable(), value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def text_field(field, value):
    """One string field, for Writer.inline."""
    return f"{field}: {quoted(value)}"


def plain_field(field, value):
    """One number, boolean or enum field, for Writer.inline."""
    return f"{field}: {value}"
