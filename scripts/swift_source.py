"""As much of Swift's syntax as scripts/tidy needs: comments, string literals, functions."""
import re

FUNCTION = re.compile(
    r"^[ \t]*(?:(?:@\w+(?:\([^)\n]*\))?|public|package|internal|fileprivate|private|static|class|final|override|mutating|"
    r"nonmutating|consuming|borrowing|convenience|required|nonisolated(?:\(unsafe\))?|prefix|postfix|infix)\s+)*"
    r"(?:func\s+([^\s(<]+)|(init)[?!]?\s*[(<]|(subscript)\s*[(<]|(deinit)\b)", re.M)
NO_BODY = re.compile(r"^[ \t]*(?:@|func\b|var\b|let\b|init\b|static\b|mutating\b|associatedtype\b|case\b|package\b|public\b)")


def blank(text):
    """The text with comments and the insides of string literals as spaces: same length, same lines."""
    out = list(text)
    at, end = 0, len(text)

    def erase(start, stop):
        for i in range(start, min(stop, end)):
            if out[i] != "\n":
                out[i] = " "

    while at < end:
        if text.startswith("//", at):
            stop = text.find("\n", at)
            stop = end if stop < 0 else stop
        elif text.startswith("/*", at):
            stop = text.find("*/", at)
            stop = end if stop < 0 else stop + 2
        else:
            match = re.compile(r'(#*)("""|")').match(text, at)
            if not match:
                at += 1
                continue
            stop = string_end(text, match.end(), match.group(2), match.group(1))
        erase(at, stop)
        at = stop
    return "".join(out)


def string_end(text, at, quote, hashes):
    """The end of a string literal; \\( ... ) is skipped as a whole, strings inside of it too."""
    escape, closing = "\\" + hashes, quote + hashes
    while at < len(text):
        if text.startswith(closing, at):
            return at + len(closing)
        if text.startswith(escape + "(", at):
            at, depth = at + len(escape) + 1, 1
            while at < len(text) and depth > 0:
                inner = re.compile(r'(#*)("""|")').match(text, at)
                if inner:
                    at = string_end(text, inner.end(), inner.group(2), inner.group(1))
                    continue
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at += 1
        elif text.startswith(escape, at):
            at += len(escape) + 1
        elif quote == '"' and text[at] == "\n":
            return at
        else:
            at += 1
    return at


def function_lines(bare, match):
    """First and last line of a declaration; the same line twice where there is no body (a protocol's requirement)."""
    first = bare.count("\n", 0, match.start()) + 1
    depth, at = 0, match.end() - 1 if bare[match.end() - 1] in "(<" else match.end()
    while at < len(bare):
        letter = bare[at]
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif depth == 0 and letter == "}":
            return first, first
        elif depth == 0 and letter == "\n" and NO_BODY.match(bare[at + 1:at + 200]):
            return first, first
        elif depth == 0 and letter == "{":
            break
        at += 1
    braces = 0
    while at < len(bare):
        braces += {"{": 1, "}": -1}.get(bare[at], 0)
        if braces == 0:
            return first, bare.count("\n", 0, at) + 1
        at += 1
    return first, first
