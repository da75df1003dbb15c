"""Which file system a ledger lies on: SQLite's WAL needs shared memory, which networks do not give."""

from __future__ import annotations

from pathlib import Path

NETWORK = {
    "9p", "afs", "beegfs", "ceph", "cifs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "panfs",
    "smb3", "smbfs", "vboxsf", "virtiofs", "wekafs", "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.juicefs", "fuse.mfs",
}  # fmt: skip


def is_network(path: Path, mounts: str | None = None) -> bool:
    """Whether `path` lies on a network file system. `mounts` is the text of /proc/self/mounts."""
    if mounts is None:
        try:
            mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False  # not Linux: SQLite's own defaults hold
    resolved = path.resolve()
    best, kind = "", ""
    for line in mounts.splitlines():
        _, point, fstype, *_ = [*line.split(" "), "", "", ""]
        point = point.replace("\\040", " ")
        if resolved.is_relative_to(point or "?") and len(point) >= len(best):
            best, kind = point, fstype
    return kind in NETWORK
