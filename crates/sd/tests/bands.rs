//! The autoencoder in bands gives the same pictures as in one piece.

mod common;

use common::net::Net;
use common::{devices, folder, relative_rms};
use decant_graph::op::awkward;
use decant_graph::{Graph, Input};
use decant_sd::config::{TinyConfig, VaeConfig};
use decant_sd::files::Folder;
use decant_sd::{tiny, vae};
use pollster::block_on;

/// Heights with odd numbers of rows, and more bands than the smallest level has rows.
const SIZES: &[([usize; 2], &[usize])] = &[([5, 3], &[2, 3, 7, 40]), ([8, 8], &[4])];

fn run(vae: &mut Net, files: &Folder, input: (&str, &[f32]), build: &dyn Fn(&Graph)) -> Vec<f32> {
    let program = vae.program(build);
    block_on(vae.ready(files, &program).run(&[(input.0, Input::F32(input.1))])).expect("the program runs").remove(0)
}

#[test]
fn bands_change_nothing() {
    let files = Folder::open(folder("tests/models/sd1-tiny")).expect("the model is there");
    let config = block_on(VaeConfig::read(&files, "vae")).expect("the configuration is sound");
    for device in devices() {
        let mut net = Net::open(&files, "vae", &*device);
        for (size, bands) in SIZES {
            // Pixels that are no multiple of the factor, as an encoder may get them.
            let pixels = [size[0] * config.factor() + 1, size[1] * config.factor()];
            let latents: Vec<f32> = awkward(size[0] * size[1] * config.latent_channels, 7).iter().map(|x| x.clamp(-4.0, 4.0)).collect();
            let image: Vec<f32> = awkward(pixels[0] * pixels[1] * 3, 8).iter().map(|x| x.clamp(-1.0, 1.0)).collect();
            let decode = |net: &mut _, n| run(net, &files, ("latents", &latents), &|g| vae::decoder(g, &config, *size, n));
            let encode = |net: &mut _, n| run(net, &files, ("image", &image), &|g| vae::encoder(g, &config, pixels, n));
            let (decoded, encoded) = (decode(&mut net, 1), encode(&mut net, 1));
            for &n in *bands {
                for (what, error) in
                    [("decoder", relative_rms(&decoded, &decode(&mut net, n))), ("encoder", relative_rms(&encoded, &encode(&mut net, n)))]
                {
                    println!("{what} {size:?} in {n} bands on {}: {error:.1e}", device.name());
                    assert!(error <= 1e-5, "{what} {size:?} in {n} bands on {}: error {error:.1e}", device.name());
                }
            }
        }
    }
}

#[test]
fn bands_change_nothing_of_a_tiny_autoencoder() {
    let files = Folder::open(folder("tests/models/taesd-tiny")).expect("the model is there");
    let config = block_on(TinyConfig::read(&files, ".")).expect("the configuration is sound");
    for device in devices() {
        let mut net = Net::open(&files, ".", &*device);
        for (size, bands) in SIZES {
            let pixels = [size[0] * config.factor() + 1, size[1] * config.factor()];
            let latents: Vec<f32> = awkward(size[0] * size[1] * config.latent_channels, 7).iter().map(|x| x.clamp(-3.0, 3.0)).collect();
            let image: Vec<f32> = awkward(pixels[0] * pixels[1] * 3, 8).iter().map(|x| x.clamp(-1.0, 1.0)).collect();
            let decode = |net: &mut _, n| run(net, &files, ("latents", &latents), &|g| tiny::decoder(g, &config, *size, n));
            let encode = |net: &mut _, n| run(net, &files, ("image", &image), &|g| tiny::encoder(g, &config, pixels, n));
            let (decoded, encoded) = (decode(&mut net, 1), encode(&mut net, 1));
            for &n in *bands {
                for error in [relative_rms(&decoded, &decode(&mut net, n)), relative_rms(&encoded, &encode(&mut net, n))] {
                    assert!(error <= 1e-5, "{size:?} in {n} bands on {}: error {error:.1e}", device.name());
                }
            }
        }
    }
}
