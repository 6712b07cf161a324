"""Draws scenes, on the device that holds the pictures: placing, colour, background. A picture is f32 [n, 3, S, S] in [-1, 1]."""
import torch
import torch.nn.functional as F

# Rec. 601 luma and the two colour axes that a change of hue turns about it (NTSC's YIQ).
YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


@torch.no_grad()
def compose(pack, batch):
    """Scenes.batch's numbers to pictures."""
    device = pack.pixels.device
    filled = [torch.from_numpy(column.nonzero()[0]).to(device) for column in (batch["picture"] >= 0).T]  # known here, so that the GPU need not be waited for
    batch = {name: torch.from_numpy(values).to(device, non_blocking=True) for name, values in batch.items()}
    size = pack.pixels.shape[-1]
    picture = batch["background"].float()[:, :, None, None].expand(-1, -1, size, size).clone()
    for slot, rows in enumerate(filled):
        if len(rows) == 0:
            continue
        layer = pack.pixels[batch["picture"][rows, slot]].float() / 255
        layer = placed(layer, batch["place"][rows, slot].float())
        colour = torch.einsum("nij,njhw->nihw", hue_turns(batch["turn"][rows, slot].float()), layer[:, :3])
        alpha = layer[:, 3:]
        picture[rows] = picture[rows] * (1 - alpha) + torch.minimum(colour.clamp_min(0), alpha)
    return picture * 2 - 1


def placed(layer, place):
    """Scaled to `size` of the picture and moved, in halves of the picture."""
    scale, across, down = place.unbind(1)
    zero = torch.zeros_like(scale)
    theta = torch.stack([torch.stack([1 / scale, zero, -across / scale], 1), torch.stack([zero, 1 / scale, -down / scale], 1)], 1)
    return F.grid_sample(layer, F.affine_grid(theta, layer.shape, align_corners=False), align_corners=False)


def hue_turns(degrees):
    """Matrices [n, 3, 3] on RGB."""
    axes = YIQ.to(degrees.device)
    cos, sin = degrees.deg2rad().cos(), degrees.deg2rad().sin()
    turn = torch.zeros(len(degrees), 3, 3, device=degrees.device)
    turn[:, 0, 0] = 1
    turn[:, 1, 1], turn[:, 1, 2], turn[:, 2, 1], turn[:, 2, 2] = cos, sin, -sin, cos
    return torch.linalg.inv(axes) @ turn @ axes
