//! Integers in as few bytes as they need: seven bits a byte, the lowest first, the top bit says that more follow.

use crate::histogram::Corrupt;

#[inline]
pub(crate) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[inline]
pub(crate) fn put_wide(out: &mut Vec<u8>, mut value: u128) {
    while u64::try_from(value).is_err() {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    put(out, value as u64);
}

/// Takes a number off the head of `bytes`.
#[inline]
pub(crate) fn take(bytes: &mut &[u8]) -> Result<u64, Corrupt> {
    let value = take_wide(bytes)?;
    u64::try_from(value).map_err(|_| Corrupt)
}

#[inline]
pub(crate) fn take_u32(bytes: &mut &[u8]) -> Result<u32, Corrupt> {
    u32::try_from(take(bytes)?).map_err(|_| Corrupt)
}

#[inline]
pub(crate) fn take_usize(bytes: &mut &[u8]) -> Result<usize, Corrupt> {
    usize::try_from(take(bytes)?).map_err(|_| Corrupt)
}

#[inline]
pub(crate) fn take_wide(bytes: &mut &[u8]) -> Result<u128, Corrupt> {
    // Nine bytes hold 63 bits, which is nearly always enough; only then is wide arithmetic needed.
    let mut narrow = 0_u64;
    for (place, byte) in bytes.iter().take(9).enumerate() {
        narrow |= u64::from(byte & 0x7F) << (7 * place);
        if *byte < 0x80 {
            *bytes = &bytes[place + 1..];
            return Ok(narrow.into());
        }
    }
    let mut value = u128::from(narrow);
    for (place, byte) in bytes.iter().enumerate().take(19).skip(9) {
        let bits = u128::from(byte & 0x7F);
        let shift = 7 * place as u32;
        if bits > u128::MAX >> shift {
            return Err(Corrupt);
        }
        value |= bits << shift;
        if *byte < 0x80 {
            *bytes = &bytes[place + 1..];
            return Ok(value);
        }
    }
    Err(Corrupt)
}

/// Takes `length` bytes off the head.
#[inline]
pub(crate) fn take_bytes<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Corrupt> {
    let (head, tail) = bytes.split_at_checked(length).ok_or(Corrupt)?;
    *bytes = tail;
    Ok(head)
}
