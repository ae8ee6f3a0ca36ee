//! What a worker says of itself for a second.

use crate::{cpu::Cpu, histogram::Corrupt, varint};

/// The content of a row of [`Key::Gauges`](super::Key::Gauges).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gauges {
    pub virtual_users: u64,
    pub cpu: Cpu,
}

impl Gauges {
    pub(crate) fn encode(self, out: &mut Vec<u8>) {
        varint::put(out, self.virtual_users);
        out.push(self.cpu.byte());
    }

    pub(crate) fn decode(mut content: &[u8]) -> Result<Self, Corrupt> {
        let virtual_users = varint::take(&mut content)?;
        // Older workers told of their users alone.
        let cpu = content.first().copied().map_or_else(Cpu::default, Cpu::from_byte);
        Ok(Self { virtual_users, cpu })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_users_alone_reads_as_well() {
        let gauges = Gauges {
            virtual_users: 300,
            cpu: Cpu::new(Some(0.5)),
        };
        let mut row = Vec::new();
        gauges.encode(&mut row);
        assert_eq!(Gauges::decode(&row), Ok(gauges));
        row.pop();
        let cpu = Cpu::default();
        assert_eq!(Gauges::decode(&row), Ok(Gauges { cpu, ..gauges }));
    }
}
