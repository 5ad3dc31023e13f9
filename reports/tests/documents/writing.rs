//! What holds for every format.

use std::io::{self, Write};

use zonewarden_reports::{Format, Options, write};

use crate::fixture;
use crate::rendering::bytes;

/// A disk with room for so many bytes.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in Format::ALL {
        let render = || bytes(&fixture::organization(), format, &Options::default());
        assert_eq!(render(), render(), "{format}");
    }
}

#[test]
fn a_full_disk_is_an_error_in_every_format() {
    for format in Format::ALL {
        let size = bytes(&fixture::organization(), format, &Options::default()).len();
        let write_to = |mut disk: Disk| {
            write(
                &fixture::organization(),
                format,
                &Options::default(),
                &mut disk,
            )
        };
        for room in [0, size / 2, size - 1] {
            let error = write_to(Disk(room)).unwrap_err();
            assert_eq!(error.0.kind(), io::ErrorKind::StorageFull, "{format}");
        }
        write_to(Disk(size)).unwrap();
    }
}
