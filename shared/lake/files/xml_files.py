"""Reads XML record by record; document types and entities are rejected."""

from collections.abc import Callable, Iterator
from functools import partial
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from shared.lake.files.content import LONGEST_RECORD, Content
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileOptions
from shared.lake.files.part import Chunk
from shared.lake.files.text import decode_text
from shared.lake.files.wrapped_records import exploded_chunks
from shared.lake.files.xml_records import XmlRecords
from shared.mapping.explosion import explode
from shared.mapping.paths import PARENT, Path
from shared.mapping.record_paths import RecordPaths

_FED_AT_ONCE = 64 * 1024


def xml_chunks(raw: Content, options: FileOptions) -> Iterator[Chunk]:
    """Read elements as records: their children and attributes are text fields.

    A child with children is an object; a repeated child is a list. Positions count the records.
    """
    paths = options.records
    if options.record_element is not None:
        yield from _element_chunks(raw, options, [options.record_element])
    elif paths is None or paths.record_path is None:
        yield from _element_chunks(raw, options, [])
    else:
        outer, inner = _split(paths, paths.record_path)
        elements = _element_chunks(raw, options, outer)
        yield from exploded_chunks(elements, lambda element: explode(element, paths, path=inner))


def _split(paths: RecordPaths, path: Path) -> tuple[list[str], Path]:
    """Return the names down to the element that has all that records take, and the path to the records within it."""
    names = [step for step in path.steps if isinstance(step, str)]
    upwards = max((each.parents for _, each in paths.paths_taken), default=0)
    if upwards >= len(names):
        message = f"the path {path} must start with the element that {PARENT * upwards} stands for"
        raise UnreadableFile("records", message)
    cut = len(names) - upwards
    return names[:cut], Path(tuple(names[cut:]), is_xml=True)


def _element_chunks(raw: Content, options: FileOptions, names: list[str]) -> Iterator[Chunk]:
    content = raw if options.encoding is None else decode_text(raw, options.encoding)
    records = XmlRecords(names)
    encoding = None if options.encoding is None else "utf-8"
    parser = DefusedXMLParser(target=records, encoding=encoding, forbid_dtd=True)
    fed = 0
    while block := content.read(_FED_AT_ONCE):
        failure, fed = _failure_of(partial(parser.feed, block), records), fed + len(block)
        yield records.take()
        if failure is not None:
            raise failure
        if fed - parser.parser.CurrentByteIndex > 2 * LONGEST_RECORD:  # a tag that does not end
            raise UnreadableFile("record_too_long", f"record {records.number}: a tag is not closed", row=records.number)
    content.check()
    failure = _failure_of(parser.close, records)
    if failure is not None:
        raise UnreadableFile("truncated", failure.message, row=failure.row)
    if records.number == 1 and names:
        raise UnreadableFile("no_records", f"the file has no element {'/'.join(names)}")


def _failure_of(step: Callable[[], object], records: XmlRecords) -> UnreadableFile | None:
    """Run a step and return its error; records completed before it are kept."""
    try:
        step()
    except UnreadableFile as error:
        return error
    except DefusedXmlException as error:
        message = f"document types and entities are not supported: {type(error).__name__}"
        return UnreadableFile("forbidden_xml", message, row=records.number)
    except (ParseError, LookupError, ValueError) as error:
        return UnreadableFile("not_well_formed", f"record {records.number}: {error}", row=records.number)
    return None
