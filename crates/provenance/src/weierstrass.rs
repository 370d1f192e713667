//! ECDSA on curves that few use: secp256k1 and Brainpool's (RFC 5639). Slow, short and public.
//!
//! Invariant: points are on their curve; scalars are smaller than its order.

use num_bigint::BigUint;

/// `y² = x³ + ax + b`, with the order of a point.
struct Parameters {
    p: &'static str,
    a: &'static str,
    b: &'static str,
    n: &'static str,
    g: [&'static str; 2],
}

/// A curve by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    Secp256k1,
    Brainpool256,
    Brainpool384,
    Brainpool512,
}

/// A point that is on its curve.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    curve: Curve,
    point: (BigUint, BigUint),
}

struct Field {
    p: BigUint,
    a: BigUint,
}

/// A place on the curve; nothing for the one at infinity.
type Point = Option<(BigUint, BigUint)>;

impl Key {
    /// Reads a point: 4, then both coordinates.
    pub(crate) fn parse(curve: Curve, bytes: &[u8]) -> Option<Self> {
        let parameters = curve.parameters();
        let (p, b) = (number(parameters.p), number(parameters.b));
        let size = p.bits().div_ceil(8) as usize;
        let both = bytes.strip_prefix(&[4]).filter(|both| both.len() == 2 * size)?;
        let (x, y) = both.split_at(size);
        let (x, y) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
        let right = (&x * &x * &x + number(parameters.a) * &x + b) % &p;
        let there = x < p && y < p && &y * &y % &p == right;
        there.then_some(Self { curve, point: (x, y) })
    }

    /// Whether the key made the signature over a hash.
    #[expect(clippy::many_single_char_names, reason = "the names that the standard gives them")]
    pub(crate) fn made(&self, hash: &[u8], r: &[u8], s: &[u8]) -> bool {
        let parameters = self.curve.parameters();
        let n = number(parameters.n);
        let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
        let inside = |number: &BigUint| *number != BigUint::ZERO && *number < n;
        if !inside(&r) || !inside(&s) {
            return false;
        }
        let Some(w) = s.modinv(&n) else { return false };
        let len = hash.len().min(n.bits().div_ceil(8) as usize);
        let mut z = BigUint::from_bytes_be(&hash[..len]);
        z >>= (len as u64 * 8).saturating_sub(n.bits());
        let field = Field { p: number(parameters.p), a: number(parameters.a) };
        let g = (number(parameters.g[0]), number(parameters.g[1]));
        let sum = field.combine([(&(z * &w % &n), &g), (&(&r * w % &n), &self.point)]);
        sum.is_some_and(|(x, _)| x % n == r)
    }
}

impl Field {
    /// Multiples of two points, added.
    fn combine(&self, terms: [(&BigUint, &(BigUint, BigUint)); 2]) -> Point {
        let bits = terms.iter().map(|(scalar, _)| scalar.bits()).max().unwrap_or_default();
        let mut sum = None;
        for bit in (0..bits).rev() {
            let twice = sum.clone();
            sum = self.add(sum, twice);
            for (scalar, point) in terms {
                if scalar.bit(bit) {
                    sum = self.add(sum, Some(point.clone()));
                }
            }
        }
        sum
    }

    fn add(&self, one: Point, other: Point) -> Point {
        let ((x1, y1), (x2, y2)) = match (one, other) {
            (None, point) | (point, None) => return point,
            (Some(one), Some(other)) => (one, other),
        };
        let p = &self.p;
        let (rise, run) = if x1 == x2 {
            if (&y1 + &y2) % p == BigUint::ZERO {
                return None;
            }
            (&x1 * &x1 * 3u8 + &self.a, &y1 * 2u8)
        } else {
            (&y2 + p - &y1, &x2 + p - &x1)
        };
        let slope = rise * (run % p).modinv(p)? % p;
        let x = (&slope * &slope + p * 2u8 - &x1 - &x2) % p;
        let y = (slope * (&x1 + p - &x) + p - y1) % p;
        Some((x, y))
    }
}

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap_or_default()
}

impl Curve {
    fn parameters(self) -> Parameters {
        match self {
            Self::Secp256k1 => Parameters {
                p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
                a: "0",
                b: "7",
                n: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
                g: [
                    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
                    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
                ],
            },
            Self::Brainpool256 => Parameters {
                p: "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
                a: "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
                b: "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
                n: "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
                g: [
                    "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
                    "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
                ],
            },
            Self::Brainpool384 => Parameters {
                p: "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
                a: "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
                b: "04a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
                n: "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565",
                g: [
                    "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e",
                    "8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
                ],
            },
            Self::Brainpool512 => Parameters {
                p: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
                a: "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
                b: "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
                n: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069",
                g: [
                    "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822",
                    "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
                ],
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::{Curve, Field, Key, number};

    #[test]
    fn parameters_fit_together() {
        use Curve::{Brainpool256, Brainpool384, Brainpool512, Secp256k1};
        for curve in [Secp256k1, Brainpool256, Brainpool384, Brainpool512] {
            let parameters = curve.parameters();
            let [x, y] = parameters.g.map(|coordinate| number(coordinate).to_bytes_be());
            let g = Key::parse(curve, &[vec![4], x, y].concat()).unwrap();
            let field = Field { p: number(parameters.p), a: number(parameters.a) };
            let zero = BigUint::ZERO;
            let around = field.combine([(&number(parameters.n), &g.point), (&zero, &g.point)]);
            assert_eq!(around, None);
        }
    }
}
