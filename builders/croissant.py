"""Croissant 1.1 metadata of a published repository: every file with its checksum, every field.

The format is MLCommons' (http://mlcommons.org/croissant/1.1); ``mlcroissant`` validates and reads
what is written here.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from heptathlon import families
from heptathlon.builders.dictionary import VIEWS, described
from heptathlon.builders.hub import Manifests, Models, config_name, tag_of
from heptathlon.families import Family
from heptathlon.files import dump_json

VERSION = "http://mlcommons.org/croissant/1.1"
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "isArray": "cr:isArray",
    "recordSet": "cr:recordSet",
    "sc": "https://schema.org/",
    "source": "cr:source",
    "subField": "cr:subField",
}
"""The terms that are used here, as the specification abbreviates them."""
LICENCES = {"CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/"}
_TYPES = (
    (pa.types.is_string, "sc:Text"),
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
    (pa.types.is_boolean, "sc:Boolean"),
    (pa.types.is_binary, "sc:ImageObject"),
)
"""Records hold bytes for pictures only."""


def metadata(
    family: Family,
    url: str,
    sets: Manifests,
    schemas: dict[str, dict[str, pa.Schema]],
    models: Mapping[str, Models],
) -> str:
    """Return a repository's ``croissant.json``.

    Args:
        family: the registry's entry.
        url: the repository's address.
        sets: its sets, all of one season and version.
        schemas: parquet schema by the set's folder and config.
        models: the models of each set's records, whose docstrings describe the fields.
    """
    first = next(iter(sets.values()))
    tag = tag_of(first["season"], first["version"])
    files, record_sets = [], []
    for folder, manifest in sets.items():
        for entry in manifest["files"]:
            path = f"{folder}/{entry['path']}"
            name = f"{config_name(folder, entry['config'])}/{entry['split']}"
            files.append(
                {
                    "@type": "cr:FileObject",
                    "@id": path,
                    "name": path,
                    "contentUrl": f"{url}/resolve/{tag}/{path}",
                    "contentSize": f"{entry['bytes']} B",
                    "encodingFormat": "application/x-parquet",
                    "sha256": entry["sha256"],
                }
            )
            schema = schemas[folder][entry["config"]]
            said = VIEWS | described(models[folder][entry["config"]])
            fields = [_field(f"{name}/{c.name}", c, path, c.name, said, c.name) for c in schema]
            record_sets.append(
                {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}
            )
    licences = dict.fromkeys(family.licence_of(m["edition"]) or "" for m in sets.values())
    return dump_json(
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "name": f"heptathlon-{family.name}",
            "description": f"{family.question} {families.CANARY}",
            "conformsTo": VERSION,
            "url": url,
            # Croissant asks for three numbers: year, season of the year, version of the family.
            "version": f"{first['season']}.{first['version']}",
            "license": [LICENCES.get(licence, licence) for licence in licences],
            "creator": {"@type": "sc:Organization", "name": "Heptathlon"},
            "isBasedOn": family.paper.url,
            "citeAs": f"{family.paper.title}, {family.paper.url}",
            "distribution": files,
            "recordSet": record_sets,
        }
    )


def _field(
    place: str, column: pa.Field, file: str, path: str, said: Mapping[str, str], name: str
) -> dict[str, Any]:
    """Describe one column; lists are arrays of any length, structs have fields below them.

    Args:
        place: the field's id.
        column: the column.
        file: id of the file that it is in.
        path: the file's column, of which this may be a part.
        said: what is said of each field, by its name.
        name: the field's name there.
    """
    kind, depth = column.type, 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    source = {"fileObject": {"@id": file}, "extract": {"column": path}}
    out: dict[str, Any] = {"@type": "cr:Field", "@id": place, "name": place, "source": source}
    if name in said:
        out["description"] = said[name]
    if depth:
        out |= {"isArray": True, "arrayShape": ",".join(["-1"] * depth)}
    if pa.types.is_struct(kind):
        below = [_field(f"{place}/{f.name}", f, file, path, said, f"{name}.{f.name}") for f in kind]
        return out | {"subField": below}
    for holds, type_name in _TYPES:
        if holds(kind):
            return out | {"dataType": type_name}
    raise TypeError(f"Croissant has no type for {column.name}: {kind}")
