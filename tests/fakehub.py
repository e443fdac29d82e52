"""A Hub on this machine: the part of its HTTP API that the suite uses, in memory, with faults.

The real ``huggingface_hub`` and ``datasets`` talk to it over HTTP (``HF_ENDPOINT``), with Xet off
(``HF_HUB_DISABLE_XET=1``). What it cannot tell: the Hub's own rules on cards and ``eval.yaml``.

Long because it is one server, whose requests share their state.
"""

import base64
import hashlib
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

LFS_SUFFIXES = (".parquet", ".bin", ".safetensors", ".png")
REGULAR_BYTES = 10 * 2**20
"""Larger files go through LFS whatever they are called."""
TOKEN = "hf_of_the_tests"
NOW = "2026-01-01T00:00:00.000Z"
NAME = r"[^/]+/[^/]+"


@dataclass(frozen=True)
class Blob:
    """A file's content and whether it is kept in LFS."""

    data: bytes
    lfs: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def oid(self) -> str:
        """The git object's name: of the content, or of the pointer that stands for it."""
        data = self.data
        if self.lfs:
            data = (
                f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\n"
                f"size {len(data)}\n"
            ).encode()
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass(frozen=True)
class Commit:
    """A commit: every file, the title and the commit before it."""

    files: dict[str, Blob]
    title: str
    parent: str | None


@dataclass
class Repo:
    """A repository with its branches, tags and pull requests."""

    kind: str
    name: str
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, str] = field(default_factory=dict)

    def commit(self, branch: str, files: dict[str, Blob], title: str) -> str:
        """Add a commit to a branch and return its name."""
        parent = self.branches.get(branch)
        content = [parent, title, sorted((p, b.oid) for p, b in files.items()), len(self.commits)]
        sha = hashlib.sha1(json.dumps(content).encode()).hexdigest()
        self.commits[sha] = Commit(files, title, parent)
        self.branches[branch] = sha
        return sha

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a branch, tag or name stands for."""
        if revision in self.commits:
            return revision
        return self.branches.get(revision) or self.tags.get(revision)

    def files(self, revision: str = "main") -> dict[str, Blob]:
        """Return the files at a revision."""
        return self.commits[self.resolve(revision)].files

    def history(self, revision: str = "main") -> list[str]:
        """Return the titles of a revision's commits, newest first."""
        out, sha = [], self.resolve(revision)
        while sha:
            out.append(self.commits[sha].title)
            sha = self.commits[sha].parent
        return out


@dataclass
class Fault:
    """What goes wrong with the next requests that match: a status, or a broken connection."""

    method: str
    path: str
    status: int
    times: int
    retry_after: int | None = None

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether it hits a request, which uses it up by one."""
        if self.times and method == self.method and re.search(self.path, path):
            self.times -= 1
            return True
        return False


BROKEN = 0
"""The status of a fault that breaks the connection in the middle of what is uploaded."""


class FakeHub:
    """The server; a context manager.

    Attributes:
        repos: repositories by (kind, name), the kind being ``dataset``, ``model`` or ``space``.
        objects: LFS objects by SHA-256.
        log: every request as "METHOD path -> status".
        faults: what will go wrong.
    """

    def __init__(self) -> None:
        self.repos: dict[tuple[str, str], Repo] = {}
        self.objects: dict[str, bytes] = {}
        self.log: list[str] = []
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environment(self) -> dict[str, str]:
        """Return what a process needs in its environment to talk to this Hub and no other."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": TOKEN,
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }

    def dataset(self, name: str) -> Repo:
        """Return a dataset repository."""
        return self.repos["dataset", name]

    def create(self, kind: str, name: str) -> None:
        """Make a repository as the Hub does, with its first commit."""
        repo = self.repos[kind, name] = Repo(kind, name)
        repo.commit("main", {".gitattributes": Blob(b"*.parquet filter=lfs\n")}, "initial commit")

    def fail(
        self, method: str, path: str, status: int, times: int = 1, retry_after: int | None = None
    ) -> None:
        """Let the next matching requests fail; ``BROKEN`` breaks the connection instead."""
        self.faults.append(Fault(method, path, status, times, retry_after))


class _RefusalError(Exception):
    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.status, self.code = status, code


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    # --- plumbing ---------------------------------------------------------------------------

    def _serve(self) -> None:
        with self.hub.lock:
            fault = next((f for f in self.hub.faults if f.strikes(self.command, self.path)), None)
        if fault and fault.status == BROKEN:
            self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
            self.hub.log.append(f"{self.command} {self.path} -> broken")
            self.close_connection = True
            self.connection.close()
            return
        self._body = self._read_body()
        if fault:
            extra = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            self._send(fault.status, {"error": "injected"}, extra)
            return
        parts = urllib.parse.urlsplit(self.path)
        self._query = dict(urllib.parse.parse_qsl(parts.query))
        with self.hub.lock:
            try:
                self._route(parts.path)
            except _RefusalError as refusal:
                names = {"X-Error-Code": refusal.code, "X-Error-Message": str(refusal)}
                self._send(refusal.status, {"error": str(refusal)}, names)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        out = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def _json(self) -> dict[str, Any]:
        return json.loads(self._body or b"{}")

    def _send(
        self,
        status: int,
        content: Any = b"",
        headers: dict[str, str] | None = None,
        kind: str = "application/json",
    ) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.hub.log.append(f"{self.command} {self.path} -> {status}")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _signed_in(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise _RefusalError(401, "Unauthorized", "Invalid username or password.")

    # --- routes -----------------------------------------------------------------------------

    def _route(self, path: str) -> None:
        plain = urllib.parse.unquote(path)
        if plain == "/api/whoami-v2":
            self._signed_in()
            orgs = [{"name": "org", "type": "org"}]
            token = {"accessToken": {"role": "write", "displayName": "tests"}}
            self._send(
                200, {"type": "user", "id": "1", "name": "tester", "orgs": orgs, "auth": token}
            )
        elif plain == "/api/validate-yaml":
            self._send(200, {"errors": [], "warnings": []})
        elif plain == "/api/repos/create":
            self._create()
        elif found := re.fullmatch(r"/__lfs/([0-9a-f]{64})", plain):
            if hashlib.sha256(self._body).hexdigest() != found[1]:
                raise _RefusalError(400, "BadRequest", "the upload is not what was announced")
            self.hub.objects[found[1]] = self._body
            self._send(200)
        elif re.fullmatch(rf"/(?:(?:datasets|spaces)/)?{NAME}\.git/info/lfs/objects/batch", plain):
            self._lfs_batch()
        elif found := re.fullmatch(rf"/api/(model|dataset|space)s/({NAME})(?:/(.*))?", path):
            rest = [urllib.parse.unquote(p) for p in (found[3] or "").split("/") if p]
            self._api(self._repo(found[1], found[2]), rest)
        elif found := re.fullmatch(rf"/(?:(dataset|space)s/)?({NAME})/resolve/([^/]+)/(.+)", path):
            revision, file = map(urllib.parse.unquote, found.group(3, 4))
            self._resolve(self._repo(found[1] or "model", found[2]), revision, file)
        else:
            raise _RefusalError(404, "EntryNotFound", f"no route {self.command} {path}")

    def _repo(self, kind: str, name: str) -> Repo:
        if (kind, name) not in self.hub.repos:
            raise _RefusalError(404, "RepoNotFound", "Repository not found")
        return self.hub.repos[kind, name]

    def _create(self) -> None:
        self._signed_in()
        asked = self._json()
        name = f"{asked.get('organization') or 'tester'}/{asked['name']}"
        kind = asked.get("type") or "model"
        prefix = "" if kind == "model" else f"{kind}s/"
        url = f"{self.hub.url}/{prefix}{name}"
        if (kind, name) in self.hub.repos:
            self._send(409, {"error": "You already created this repo", "url": url})
            return
        self.hub.create(kind, name)
        self._send(200, {"url": url, "name": name, "id": name})

    def _lfs_batch(self) -> None:
        self._signed_in()
        out = []
        for wanted in self._json()["objects"]:
            entry = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.hub.objects:
                href = f"{self.hub.url}/__lfs/{wanted['oid']}"
                entry["actions"] = {"upload": {"href": href, "header": {}}}
            out.append(entry)
        kind = "application/vnd.git-lfs+json"
        self._send(200, {"transfer": "basic", "objects": out}, kind=kind)

    def _resolve(self, repo: Repo, revision: str, path: str) -> None:
        sha = self._sha(repo, revision)
        blob = repo.commits[sha].files.get(path)
        if blob is None:
            names = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": sha}
            self._send(404, {"error": "Entry not found"}, names)
            return
        headers = {
            "X-Repo-Commit": sha,
            "ETag": f'"{blob.sha256 if blob.lfs else blob.oid}"',
            "Accept-Ranges": "bytes",
        }
        if blob.lfs:
            headers |= {"X-Linked-Etag": f'"{blob.sha256}"', "X-Linked-Size": str(len(blob.data))}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        data, status = blob.data, 200
        if asked:
            first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            data, status = data[first : last + 1], 206
        self._send(status, data, headers, "application/octet-stream")

    def _sha(self, repo: Repo, revision: str) -> str:
        if (sha := repo.resolve(revision)) is None:
            raise _RefusalError(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return sha

    # --- one repository ---------------------------------------------------------------------

    def _api(self, repo: Repo, rest: list[str]) -> None:
        match self.command, rest:
            case "GET", [] | ["revision", _]:
                self._info(repo, rest[1] if rest else "main")
            case "POST", ["preupload", revision]:
                self._preupload(repo, revision)
            case "POST", ["commit", revision]:
                self._signed_in()
                self._commit(repo, revision)
            case "GET", ["tree", revision, *folder]:
                self._tree(repo, revision, "/".join(folder))
            case "POST", ["paths-info", revision]:
                self._paths_info(repo, revision)
            case "GET", ["refs"]:
                self._refs(repo)
            case "POST", ["tag", revision]:
                self._signed_in()
                tag = self._json()["tag"]
                if tag in repo.tags:
                    raise _RefusalError(409, "Conflict", "Reference already exists")
                repo.tags[tag] = self._sha(repo, revision)
                self._send(200, {})
            case "DELETE", ["tag", tag]:
                self._signed_in()
                repo.tags.pop(tag)
                self._send(200, {})
            case "GET", ["commits", revision]:
                self._send(200, list(self._history(repo, self._sha(repo, revision))))
            case "GET", ["discussions"]:
                self._discussions(repo)
            case _:
                raise _RefusalError(404, "EntryNotFound", f"no route {self.command} {rest}")

    def _discussions(self, repo: Repo) -> None:
        out = [
            {
                "num": number,
                "title": title,
                "author": {"name": "tester"},
                "createdAt": NOW,
                "status": "open",
                "isPullRequest": True,
                "repo": {"name": repo.name, "type": repo.kind},
            }
            for number, title in repo.pulls.items()
        ]
        self._send(200, {"discussions": out, "count": len(out), "start": 0})

    def _info(self, repo: Repo, revision: str) -> None:
        sha = self._sha(repo, revision)
        siblings = [{"rfilename": path} for path in sorted(repo.commits[sha].files)]
        info = {"_id": "1", "id": repo.name, "modelId": repo.name, "sha": sha, "siblings": siblings}
        states = {"private": False, "disabled": False, "gated": False, "downloads": 0, "likes": 0}
        dates = {"lastModified": NOW, "createdAt": NOW, "tags": []}
        self._send(200, {**info, **states, **dates, "author": repo.name.split("/")[0]})

    def _preupload(self, repo: Repo, revision: str) -> None:
        known = repo.files(self._sha(repo, revision))
        out = []
        for asked in self._json()["files"]:
            path = asked["path"]
            lfs = path.endswith(LFS_SUFFIXES) or asked["size"] > REGULAR_BYTES
            mode = {"uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False}
            if path in known:
                mode["oid"] = known[path].sha256 if known[path].lfs else known[path].oid
            out.append({"path": path, **mode})
        self._send(200, {"files": out})

    def _commit(self, repo: Repo, branch: str) -> None:
        head, *operations = [json.loads(line) for line in self._body.splitlines() if line.strip()]
        sha = self._sha(repo, branch)
        parent = head["value"].get("parentCommit")
        if parent and parent != sha:
            raise _RefusalError(412, "PreconditionFailed", "A commit has happened since.")
        files = dict(repo.commits[sha].files)
        for operation in operations:
            value = operation["value"]
            match operation["key"]:
                case "file":
                    files[value["path"]] = Blob(base64.b64decode(value["content"]))
                case "lfsFile":
                    if value["oid"] not in self.hub.objects:
                        raise _RefusalError(
                            400, "BadRequest", f"LFS object {value['oid']} is missing"
                        )
                    files[value["path"]] = Blob(self.hub.objects[value["oid"]], lfs=True)
                case "deletedFile":
                    del files[value["path"]]
                case "deletedFolder":
                    files = {p: b for p, b in files.items() if not p.startswith(value["path"])}
        prefix = "" if repo.kind == "model" else f"{repo.kind}s/"
        answer = {"success": True}
        if self._query.get("create_pr"):
            number = len(repo.pulls) + 1
            branch = f"refs/pr/{number}"
            repo.branches[branch] = sha
            repo.pulls[number] = head["value"]["summary"]
            answer["pullRequestUrl"] = f"{self.hub.url}/{prefix}{repo.name}/discussions/{number}"
        new = repo.commit(branch, files, head["value"]["summary"])
        url = f"{self.hub.url}/{prefix}{repo.name}/commit/{new}"
        self._send(200, {**answer, "commitOid": new, "commitUrl": url})

    def _tree(self, repo: Repo, revision: str, folder: str) -> None:
        files = repo.files(self._sha(repo, revision))
        prefix = f"{folder}/" if folder else ""
        recursive = self._query.get("recursive", "").lower() in ("true", "1")
        out: dict[str, dict[str, Any]] = {}
        for path, blob in sorted(files.items()):
            if not path.startswith(prefix):
                continue
            *parents, _ = path.removeprefix(prefix).split("/")
            for depth in range(1, len(parents) + 1):
                if depth == 1 or recursive:
                    name = prefix + "/".join(parents[:depth])
                    out[name] = {"type": "directory", "oid": "0" * 40, "size": 0, "path": name}
            if not parents or recursive:
                out[path] = _entry(path, blob)
        if folder and not out:
            raise _RefusalError(404, "EntryNotFound", "not found")
        self._send(200, list(out.values()))

    def _paths_info(self, repo: Repo, revision: str) -> None:
        files = repo.files(self._sha(repo, revision))
        text = self._body.decode()
        asked = (
            json.loads(text)["paths"]
            if text.startswith("{")
            else urllib.parse.parse_qs(text).get("paths", [])
        )
        self._send(200, [_entry(path, files[path]) for path in asked if path in files])

    def _refs(self, repo: Repo) -> None:
        def refs(kind: str, named: dict[str, str]) -> list[dict[str, str]]:
            return [
                {"name": n, "ref": f"refs/{kind}/{n}", "targetCommit": sha}
                for n, sha in named.items()
                if not n.startswith("refs/")
            ]

        heads, tags = refs("heads", repo.branches), refs("tags", repo.tags)
        self._send(200, {"branches": heads, "tags": tags, "converts": [], "pullRequests": []})

    @staticmethod
    def _history(repo: Repo, sha: str | None) -> Iterator[dict[str, Any]]:
        while sha:
            commit = repo.commits[sha]
            author = [{"user": "tester"}]
            yield {"id": sha, "title": commit.title, "message": "", "date": NOW, "authors": author}
            sha = commit.parent


def _entry(path: str, blob: Blob) -> dict[str, Any]:
    entry = {"type": "file", "oid": blob.oid, "size": len(blob.data), "path": path}
    if blob.lfs:
        lfs = {"oid": blob.sha256, "size": len(blob.data), "pointerSize": 134}
        entry["lfs"] = lfs
    return entry
