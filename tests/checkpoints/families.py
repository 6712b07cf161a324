"""Configurations of Stable Diffusion's families as published (facts; the repository that has each is named), and of their small twins.

A twin has every structural feature of its family and widths of 16 or less, so that it can be committed. Its norms have 4 groups and its
heads are 8 wide, which is what Decant takes for models that are no multiples of 32 wide.
Only keys that differ from the classes' defaults, or that the published file has to say.
"""

DOWN, CROSS_DOWN, UP, CROSS_UP = "DownBlock2D", "CrossAttnDownBlock2D", "UpBlock2D", "CrossAttnUpBlock2D"
VOCABULARY, TWIN_VOCABULARY = 49408, 512 + 300 + 2


def clip(hidden, layers, act, head=64, vocabulary=VOCABULARY, projection=None, feed=4):
    return {
        "architectures": ["CLIPTextModel" if projection is None else "CLIPTextModelWithProjection"], "model_type": "clip_text_model",
        "hidden_size": hidden, "intermediate_size": feed * hidden, "num_hidden_layers": layers, "num_attention_heads": hidden // head,
        "hidden_act": act, "layer_norm_eps": 1e-05, "max_position_embeddings": 77, "vocab_size": vocabulary,
        "projection_dim": projection or hidden, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1,
    }


def unet(channels, depth, context, heads, layers=2, groups=32, size=64, mid=True, linear=False, **more):
    """`depth`: transformer blocks of each level, 0 for a level without attention."""
    up = [UP if d == 0 else CROSS_UP for d in reversed(depth)]
    config = {
        "_class_name": "UNet2DConditionModel", "sample_size": size, "in_channels": 4, "out_channels": 4, "block_out_channels": channels,
        "down_block_types": [DOWN if d == 0 else CROSS_DOWN for d in depth], "up_block_types": up, "layers_per_block": layers,
        "cross_attention_dim": context, "attention_head_dim": heads, "norm_num_groups": groups, "use_linear_projection": linear,
    }
    if set(depth) - {0, 1}:
        config["transformer_layers_per_block"] = [max(1, d) for d in depth]
    if not mid:
        config["mid_block_type"] = None
    return config | more


def vae(channels, size=512, groups=32, layers=2, **more):
    levels = len(channels)
    return {
        "_class_name": "AutoencoderKL", "block_out_channels": channels, "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels, "layers_per_block": layers, "latent_channels": 4, "norm_num_groups": groups,
        "sample_size": size,
    } | more


def scheduler(kind, **more):
    return {
        "_class_name": kind, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000,
        "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1,
    } | more


PNDM = scheduler("PNDMScheduler", skip_prk_steps=True)
TRAILING = scheduler("EulerDiscreteScheduler", timestep_spacing="trailing", prediction_type="epsilon", interpolation_type="linear")
LCM = scheduler("LCMScheduler", set_alpha_to_one=True, timestep_spacing="leading", original_inference_steps=50, timestep_scaling=10.0)
TEXT1, TEXT2 = clip(768, 12, "quick_gelu"), clip(1024, 23, "gelu")
VAE = vae([128, 256, 512, 512])
SD1 = unet([320, 640, 1280, 1280], [1, 1, 1, 0], 768, 8)
SD2 = unet([320, 640, 1280, 1280], [1, 1, 1, 0], 1024, [5, 10, 20, 20], linear=True)
SDXL = unet(
    [320, 640, 1280], [0, 2, 10], 2048, [5, 10, 20], size=128, linear=True, addition_embed_type="text_time", addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=2816,
)
TAESD = {"_class_name": "AutoencoderTiny", "scaling_factor": 1.0, "latent_magnitude": 3, "latent_shift": 0.5}


def model(pipeline, text, unet, vae, scheduler, text_2=None):
    return {"pipeline": pipeline, "text_encoder": text, "text_encoder_2": text_2, "unet": unet, "vae": vae, "scheduler": scheduler}


PLAIN, XL = "StableDiffusionPipeline", "StableDiffusionXLPipeline"
FAMILIES = {
    "sd15": model(PLAIN, TEXT1, SD1, VAE, PNDM),  # stable-diffusion-v1-5/stable-diffusion-v1-5
    "sd15-inpainting": model(  # stable-diffusion-v1-5/stable-diffusion-inpainting
        "StableDiffusionInpaintPipeline", TEXT1, SD1 | {"in_channels": 9}, VAE, scheduler("DDIMScheduler")),
    "sd21": model(  # stabilityai/stable-diffusion-2-1
        PLAIN, TEXT2, SD2 | {"sample_size": 96}, VAE | {"sample_size": 768}, scheduler("DDIMScheduler", prediction_type="v_prediction")),
    "sd21-base": model(PLAIN, TEXT2, SD2, VAE, PNDM),  # stabilityai/stable-diffusion-2-1-base
    "sd2-inpainting": model(  # stabilityai/stable-diffusion-2-inpainting
        "StableDiffusionInpaintPipeline", TEXT2, SD2 | {"in_channels": 9}, VAE, PNDM),
    "turbo": model(PLAIN, TEXT2, SD2, VAE | {"sample_size": 768}, TRAILING),  # stabilityai/sd-turbo
    "lcm": model("LatentConsistencyModelPipeline", TEXT1, SD1 | {"time_cond_proj_dim": 256}, VAE, LCM),  # SimianLuo/LCM_Dreamshaper_v7
    # nota-ai/bk-sdm-base, -small, -tiny; segmind/small-sd and tiny-sd have small's and tiny's tensors
    "bk-sdm-base": model(PLAIN, TEXT1, SD1 | {"layers_per_block": 1}, VAE, PNDM),
    "bk-sdm-small": model(PLAIN, TEXT1, SD1 | {"layers_per_block": 1, "mid_block_type": None}, VAE, PNDM),
    "bk-sdm-tiny": model(PLAIN, TEXT1, unet([320, 640, 1280], [1, 1, 1], 768, 8, layers=1, mid=False), VAE, PNDM),
    "bk-sdm-v2-tiny": model(  # nota-ai/bk-sdm-v2-tiny
        PLAIN, TEXT2, unet([320, 640, 1280], [1, 1, 1], 1024, [5, 10, 20], layers=1, mid=False, linear=True), VAE, PNDM),
    "sdxl": model(  # stabilityai/stable-diffusion-xl-base-1.0
        XL, TEXT1, SDXL, VAE | {"scaling_factor": 0.13025, "sample_size": 1024, "force_upcast": True},
        scheduler("EulerDiscreteScheduler", timestep_spacing="leading", prediction_type="epsilon", interpolation_type="linear"),
        text_2=clip(1280, 32, "gelu", projection=1280)),
    "sdxl-turbo": model(  # stabilityai/sdxl-turbo
        XL, TEXT1, SDXL | {"sample_size": 64}, VAE | {"scaling_factor": 0.13025, "sample_size": 1024, "force_upcast": True},
        TRAILING | {"_class_name": "EulerAncestralDiscreteScheduler"}, text_2=clip(1280, 32, "gelu", projection=1280)),
    "taesd": {"tiny": TAESD},  # madebyollin/taesd
    "taesdxl": {"tiny": TAESD},  # madebyollin/taesdxl
}


def twin_clip(hidden, layers, act, projection=None):
    return clip(hidden, layers, act, head=8, vocabulary=TWIN_VOCABULARY, projection=projection, feed=2)


TWIN_VAE = vae([8, 8, 16, 16], size=64, groups=4, layers=1)
SMALL = {"groups": 4, "size": 8}
TINY = TAESD | {"encoder_block_out_channels": [8] * 4, "decoder_block_out_channels": [8] * 4}
TWIN_TEXT1, TWIN_TEXT2 = twin_clip(24, 3, "quick_gelu"), twin_clip(32, 3, "gelu")
TWIN_SD1 = unet([8, 16, 16], [1, 1, 0], 24, 8, **SMALL)
TWIN_SD2 = unet([8, 16, 16], [1, 1, 0], 32, [1, 2, 2], linear=True, **SMALL)
TWINS = {
    "inpaint-tiny": model(
        "StableDiffusionInpaintPipeline", TWIN_TEXT1, unet([8, 16], [1, 0], 24, 8, in_channels=9, **SMALL), TWIN_VAE,
        scheduler("DDIMScheduler")),
    "turbo-tiny": model(PLAIN, TWIN_TEXT2, TWIN_SD2, TWIN_VAE, TRAILING),
    "lcm-tiny": model("LatentConsistencyModelPipeline", TWIN_TEXT1, TWIN_SD1 | {"time_cond_proj_dim": 32}, TWIN_VAE, LCM),
    "bk-sdm-tiny": model(PLAIN, TWIN_TEXT1, unet([8, 16, 16], [1, 1, 1], 24, 8, layers=1, mid=False, **SMALL), TWIN_VAE, PNDM),
    "sdxl-tiny": model(
        XL, TWIN_TEXT1,
        unet([8, 16, 16], [0, 1, 2], 24 + 32, [1, 2, 2], linear=True, addition_embed_type="text_time", addition_time_embed_dim=8,
             projection_class_embeddings_input_dim=32 + 6 * 8, **SMALL),
        TWIN_VAE | {"scaling_factor": 0.13025},
        scheduler("EulerDiscreteScheduler", timestep_spacing="leading", prediction_type="epsilon", interpolation_type="linear"),
        text_2=twin_clip(32, 4, "gelu", projection=32)),
    "taesd-tiny": {"tiny": TINY},
    "taesdxl-tiny": {"tiny": TINY},
}
