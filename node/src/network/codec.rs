//! Frames on a stream: a length in four bytes, big-endian, then the message (see [`crate::protocol::message`]).

use std::io;

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use libp2p::{StreamProtocol, request_response};
use luodi_ledger::Malformed;

use crate::protocol::message::{Answer, Message, Request, check_length, decode, encode};

/// The codec of [`crate::protocol::message::ASK`]: one frame each way, and nothing after it.
#[derive(Clone, Debug, Default)]
pub(super) struct AskCodec;

impl request_response::Codec for AskCodec {
    type Protocol = StreamProtocol;
    type Request = Request;
    type Response = Answer;

    async fn read_request<T: AsyncRead + Unpin + Send>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Request> {
        read_only(io).await
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Answer> {
        read_only(io).await
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(&mut self, _: &StreamProtocol, io: &mut T, request: Request) -> io::Result<()> {
        write(io, &request).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(&mut self, _: &StreamProtocol, io: &mut T, answer: Answer) -> io::Result<()> {
        write(io, &answer).await
    }
}

/// Writes one frame and sends it off.
pub(super) async fn write<M: Message, T: AsyncWrite + Unpin + Send>(io: &mut T, message: &M) -> io::Result<()> {
    io.write_all(&frame(message)?).await?;
    io.flush().await
}

/// The bytes of one frame.
pub(super) fn frame<M: Message>(message: &M) -> io::Result<Vec<u8>> {
    let bytes = encode(message).map_err(wrong)?;
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    Ok([&length.to_be_bytes()[..], &bytes].concat())
}

/// Reads the bytes of one frame that may hold an `M`; none when the stream has ended before it.
pub(super) async fn read_bytes<M: Message, T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if io.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    io.read_exact(&mut length[1..]).await?;
    let length = u32::from_be_bytes(length) as usize;
    check_length::<M>(length).map_err(wrong)?;
    let mut bytes = vec![0; length];
    io.read_exact(&mut bytes).await?;
    Ok(Some(bytes))
}

/// Reads one frame; none when the stream has ended before it.
pub(super) async fn read<M: Message, T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Option<M>> {
    let bytes = read_bytes::<M, T>(io).await?;
    bytes.map(|bytes| decode(&bytes).map_err(wrong)).transpose()
}

/// Reads the one frame that a stream holds.
async fn read_only<M: Message, T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<M> {
    let message = read(io).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
    if io.read(&mut [0]).await? == 0 { Ok(message) } else { Err(wrong(Malformed::new("stream", "more than one frame"))) }
}

/// What a peer sent is not a message: it is to blame.
pub(super) fn wrong(fault: Malformed) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, fault)
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;

    use super::*;
    use crate::protocol::message::LONGEST_REQUEST;

    async fn read_back(bytes: Vec<u8>) -> io::Result<Request> {
        read_only(&mut Cursor::new(bytes)).await
    }

    #[tokio::test]
    async fn a_frame_is_read_back_alone_and_within_its_bound() {
        let good = frame(&Request::EvidenceKept).unwrap();
        assert_eq!(read_back(good.clone()).await.unwrap(), Request::EvidenceKept);
        let kind = |error: io::Error| error.kind();
        assert_eq!(read_back([&good[..], &[0]].concat()).await.map_err(kind), Err(io::ErrorKind::InvalidData));
        assert_eq!(read_back(good[..good.len() - 1].to_vec()).await.map_err(kind), Err(io::ErrorKind::UnexpectedEof));
        assert_eq!(read_back(vec![]).await.map_err(kind), Err(io::ErrorKind::UnexpectedEof));
        // Refused by its length, before any byte of it is read.
        let long = u32::try_from(LONGEST_REQUEST + 1).unwrap().to_be_bytes().to_vec();
        assert_eq!(read_back(long).await.map_err(kind), Err(io::ErrorKind::InvalidData));
    }
}
