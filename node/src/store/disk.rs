//! The few calls that can fail for want of space or a sound disk, behind a seam so that tests can make them fail.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Writes of the journal.
pub(super) trait Disk: Debug + Send + Sync {
    /// Writes all of `bytes` at `offset`.
    fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes what was written durable (`fdatasync`).
    fn sync(&self, file: &File) -> io::Result<()>;
    /// Reserves space up to `length`, read as zeros.
    fn reserve(&self, file: &File, from: u64, length: u64) -> io::Result<()>;
    /// Free bytes that an unprivileged process may use on the file system of `dir`.
    fn free(&self, dir: &Path) -> io::Result<u64>;
}

/// The system's own.
#[derive(Debug)]
pub(super) struct SystemDisk;

impl Disk for SystemDisk {
    fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn reserve(&self, file: &File, from: u64, length: u64) -> io::Result<()> {
        match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), from, length - from) {
            // Some file systems cannot reserve; then a commit may find the disk full, which costs that commit only.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => file.set_len(length),
            done => done.map_err(io::Error::from),
        }
    }

    fn free(&self, dir: &Path) -> io::Result<u64> {
        let space = rustix::fs::statvfs(dir)?;
        Ok(space.f_bavail.saturating_mul(space.f_frsize))
    }
}

/// Makes the names in `dir` durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
