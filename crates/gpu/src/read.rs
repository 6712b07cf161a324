//! Bytes from the GPU back to us.

use crate::adapter::Inner;
use decant_graph::Error;

/// Waits until everything submitted so far is done and gives the mappable buffer's bytes.
pub(crate) async fn read(gpu: &Inner, staging: &wgpu::Buffer) -> Result<Vec<u8>, Error> {
    let (done, mapped) = futures_channel::oneshot::channel();
    staging.map_async(wgpu::MapMode::Read, .., move |result| {
        // The receiver is gone only if the run was given up; then nobody wants to know.
        let _ = done.send(result);
    });
    #[cfg(not(target_arch = "wasm32"))]
    gpu.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|e| Error::Device(format!("waiting for the GPU: {e}")))?;
    let mapped = mapped.await;
    gpu.check()?;
    match mapped {
        Ok(Ok(())) => {}
        _ => return Err(Error::Lost("it did not give its results back".into())),
    }
    let bytes = staging.get_mapped_range(..).map(|view| view.to_vec());
    staging.unmap();
    bytes.map_err(|e| Error::Device(format!("reading from the GPU: {e}")))
}
