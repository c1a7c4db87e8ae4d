// SPDX-License-Identifier: GPL-2.0-only

//! Reading an object, packed or not.

use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;

/// Bytes that a packed file may become whatever its size, and times its size beyond that. Modules pack to a third or a tenth;
/// what grows a thousandfold is no module.
const ALWAYS: u64 = 64 << 20;
const TIMES: u64 = 64;

/// No object is as large as this, packed or not.
const LARGEST: u64 = 1 << 36;

/// Reads a file, unpacked if its name says that it is packed. What is no regular file is not waited for.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let meta = path.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if meta.len() > LARGEST {
        return Err(io::Error::other("larger than any object"));
    }
    let name = path.to_string_lossy();
    let is_packed = [".gz", ".zst", ".xz"].iter().any(|suffix| name.ends_with(suffix));
    if !is_packed {
        return std::fs::read(path);
    }
    let most = meta.len().saturating_mul(TIMES).saturating_add(ALWAYS);
    let mut unpacked = Limited { data: Vec::new(), left: most };
    let file = BufReader::new(File::open(path)?);
    if name.ends_with(".gz") {
        io::copy(&mut flate2::read::MultiGzDecoder::new(file), &mut unpacked)?;
    } else if name.ends_with(".zst") {
        unpack_zst(file, &mut unpacked)?;
    } else {
        let mut file = file;
        lzma_rs::xz_decompress(&mut file, &mut unpacked)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{error:?}")))?;
    }
    Ok(unpacked.data)
}

fn unpack_zst(file: impl Read, unpacked: &mut Limited) -> io::Result<()> {
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(file).map_err(io::Error::other)?;
    io::copy(&mut decoder, unpacked)?;
    Ok(())
}

/// A buffer that refuses to grow for ever.
struct Limited {
    data: Vec<u8>,
    left: u64,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.left.checked_sub(bytes.len() as u64);
        self.left = left.ok_or_else(|| io::Error::other("unpacks to far more than a module has"))?;
        self.data.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::path::PathBuf;

    /// The same bytes, packed in three ways.
    fn packed(dir: &Path, bytes: &[u8]) -> [PathBuf; 3] {
        let paths = ["a.ko.gz", "a.ko.xz", "a.ko.zst"].map(|name| dir.join(name));
        let file = File::create(&paths[0]).expect("a file");
        let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        packer.write_all(bytes).expect("it is written");
        packer.finish().expect("it ends");
        lzma_rs::xz_compress(&mut &*bytes, &mut File::create(&paths[1]).expect("a file")).expect("it packs");
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        std::fs::write(&paths[2], ruzstd::encoding::compress_to_vec(bytes, level)).expect("it is written");
        paths
    }

    #[test]
    fn packed_files_are_unpacked() {
        let dir = tempfile::tempdir().expect("a folder");
        for path in packed(dir.path(), b"hello") {
            assert_eq!(read(&path).expect("it unpacks"), b"hello", "{}", path.display());
        }
    }

    #[test]
    fn damaged_packed_files_are_errors() {
        let dir = tempfile::tempdir().expect("a folder");
        for path in packed(dir.path(), &[b'x'; 5000]) {
            let whole = std::fs::read(&path).expect("it is there");
            for bytes in [&b"no such format"[..], b"", &whole[..whole.len() / 2], &whole[..whole.len() - 1]] {
                std::fs::write(&path, bytes).expect("it is written");
                assert!(read(&path).is_err(), "{}: {} of {} bytes", path.display(), bytes.len(), whole.len());
            }
        }
    }

    #[test]
    fn what_grows_too_much_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let zeros = vec![0; (ALWAYS + (8 << 20)) as usize];
        let path = dir.path().join("bomb.ko.gz");
        let file = File::create(&path).expect("a file");
        let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::default());
        packer.write_all(&zeros).expect("it is written");
        packer.finish().expect("it ends");
        let error = read(&path).expect_err("64 times its size is less");
        assert!(error.to_string().contains("far more than a module has"), "{error}");
    }

    #[test]
    fn only_regular_files_are_read() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(read(Path::new("/dev/zero")).is_err() && read(dir.path()).is_err());
    }
}
