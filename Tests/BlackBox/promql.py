"""What a PromQL expression names: enough of the language to hold rules and panels against the metrics there are."""

import dataclasses
import re

AGGREGATIONS = {"sum", "min", "max", "avg", "count", "topk", "bottomk", "quantile", "group", "stddev", "count_values"}
FUNCTIONS = {"rate", "irate", "increase", "delta", "deriv", "changes", "resets", "predict_linear", "histogram_quantile",
             "time", "vector", "scalar", "absent", "abs", "ceil", "floor", "round", "clamp_min", "clamp_max",
             "label_replace", "max_over_time", "min_over_time", "avg_over_time", "sum_over_time", "last_over_time",
             "timestamp", "sort", "sort_desc"}
WITH_LABELS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = {"and", "or", "unless", "offset", "bool"}
# What Prometheus itself adds to each sample.
TARGET_LABELS = {"instance", "job"}
TOKEN = re.compile(r'''\s+|(?P<text>"(?:[^"\\]|\\.)*")|(?P<range>\[(?:\d+[smhdw]|\$__rate_interval)\])
                       |(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
                       |(?P<sign>==|!=|>=|<=|=~|!~|[-+*/%^<>=(){},])''', re.VERBOSE)
CLOSING = {"(": ")", "{": "}"}


@dataclasses.dataclass
class Named:
    """Metrics with the labels that their selectors ask for, and the labels that results are grouped by."""
    metrics: list
    groups: set


def named(expression):
    """Reads an expression; fails with what is wrong with it."""
    tokens, at = [], 0
    while at < len(expression):
        found = TOKEN.match(expression, at)
        assert found, f"not understood: {expression[at:at + 20]!r} in {expression}"
        if found.lastgroup:
            tokens.append((found.lastgroup, found.group()))
        at = found.end()
    result, open_signs, index = Named([], set()), [], 0

    def labels(closing):
        """The names up to the closing sign; in a selector each has a comparison and a text."""
        nonlocal index
        found = []
        while tokens[index] != ("sign", closing):
            kind, word = tokens[index]
            if kind == "name":
                found.append(word)
                if closing == "}":
                    assert tokens[index + 1][1] in ("=", "!=", "=~", "!~") and tokens[index + 2][0] == "text", expression
            index += 1
        index += 1
        return found
    while index < len(tokens):
        kind, word = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        index += 1
        if kind == "sign" and word in CLOSING:
            open_signs.append(CLOSING[word])
        elif kind == "sign" and word in CLOSING.values():
            assert open_signs and open_signs.pop() == word, f"brackets: {expression}"
        elif kind == "name" and word in WITH_LABELS:
            assert following == ("sign", "("), expression
            index += 1
            result.groups |= set(labels(")"))
        elif kind == "name" and word in WORDS:
            continue
        elif kind == "name" and (following == ("sign", "(") or word in AGGREGATIONS):
            assert word in FUNCTIONS | AGGREGATIONS, f"no function {word}: {expression}"
        elif kind == "name":
            if following == ("sign", "{"):
                index += 1
                result.metrics.append((word, set(labels("}"))))
            else:
                result.metrics.append((word, set()))
    assert not open_signs and result.metrics, expression
    return result
