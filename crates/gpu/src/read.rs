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
    gpu.check()?;
    #[cfg(not(target_arch = "wasm32"))]
    crate::wait::wait(gpu, wgpu::PollType::wait_indefinitely())?;
    let mapped = mapped.await;
    if !matches!(mapped, Ok(Ok(()))) {
        // Only of a device that is lost, or about to be called so, results do not come: asking it again would never help.
        return Err(gpu.lose("its results did not come back"));
    }
    // Unmapped before anything can go wrong: a buffer left mapped would spoil every later run.
    let bytes = staging.get_mapped_range(..).map(|view| view.to_vec());
    staging.unmap();
    gpu.check()?;
    bytes.map_err(|e| Error::Device(format!("reading from the GPU: {e}")))
}
