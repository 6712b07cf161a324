// The program's tables, by id: what stands in the menus and below them. The English is the program's own.

/** @type {import("../languages.js").Catalogue} */
export const CATALOGUE = {
  samplers: {
    ddim: {
      docs: "Predice la imagen y vuelve a añadir el mismo ruido al nivel inferior; eta dice cuánto de él es nuevo (Song et al. 2020, arXiv:2010.02502, ecuaciones 12 y 16). Orden 1, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    ddpm: {
      docs: "Avanza a la media de la distribución posterior y sortea su ruido de nuevo (Ho et al. 2020, arXiv:2006.11239, algoritmo 2, ecuación 7). Orden 1, una llamada al modelo por paso, sortea ruido nuevo por el camino.",
    },
    pndm: {
      docs: "Extrapola el ruido de las últimas cuatro predicciones y avanza como DDIM; skip_prk_steps empieza con órdenes menores en vez de pasos de Runge–Kutta (Liu et al. 2022, arXiv:2202.09778, ecuaciones 11 a 13). Orden 2, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    lms: {
      docs: "Integra el polinomio que pasa por las últimas cuatro pendientes dx/dsigma (Adams–Bashforth para pasos desiguales; orden de 1 a 4). Orden 4, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    euler: {
      docs: "Sigue la pendiente dx/dsigma en línea recta hasta el siguiente nivel de ruido, tras remover algo de ruido si se pide (Karras et al. 2022, arXiv:2206.00364, algoritmo 2 sin corrección). Orden 1, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    euler_a: {
      name: "Euler ancestral",
      docs: "Sigue la pendiente por debajo del siguiente nivel de ruido y añade ruido nuevo hasta él, tanto como haría DDPM (sample_euler_ancestral de k-diffusion). Orden 1, una llamada al modelo por paso, sortea ruido nuevo por el camino.",
    },
    heun: {
      docs: "El paso de Euler y luego el mismo paso con la media de las pendientes en sus dos extremos (Karras et al. 2022, arXiv:2206.00364, algoritmo 1). Orden 2, dos llamadas al modelo por paso, sin ruido nuevo por el camino.",
    },
    dpm2: {
      docs: "Mira la pendiente a medio camino del siguiente nivel de ruido, en el logaritmo, y da el paso entero según ella (Lu et al. 2022, arXiv:2206.00927, algoritmo 1, como en Karras et al., algoritmo 2). Orden 2, dos llamadas al modelo por paso, sin ruido nuevo por el camino.",
    },
    dpm2_a: {
      name: "DPM2 ancestral",
      docs: "El paso de DPM2 por debajo del siguiente nivel de ruido y luego ruido nuevo hasta él (sample_dpm_2_ancestral de k-diffusion). Orden 2, dos llamadas al modelo por paso, sortea ruido nuevo por el camino.",
    },
    dpmpp_2m: {
      docs: "Extrapola la imagen de las dos últimas predicciones (solver_order: de una a tres) y resuelve el resto exactamente en el logaritmo de la relación señal-ruido (Lu et al. 2022, arXiv:2211.01095, algoritmo 2). Orden 2, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    dpmpp_2m_sde: {
      docs: "DPM++ 2M para la ecuación estocástica: el doble de paso y luego ruido nuevo (Lu et al. 2022, arXiv:2211.01095, sección 4.3, ecuación 19). Orden 2, una llamada al modelo por paso, sortea ruido nuevo por el camino.",
    },
    dpmpp_2s: {
      docs: "Pasos por parejas: uno hasta el siguiente nivel de ruido y otro desde el comienzo de la pareja con ambas predicciones (Lu et al. 2022, arXiv:2211.01095, algoritmo 1; solver_order 3: de tres en tres). Orden 2, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    dpmpp_sde: {
      docs: "Medio paso con ruido nuevo y luego el paso entero con la predicción de su mitad y el ruido del mismo camino; eta dice cuánto de él es nuevo (Lu et al. 2022, arXiv:2211.01095, como en sample_dpmpp_sde de k-diffusion). Orden 2, dos llamadas al modelo por paso, sortea ruido nuevo por el camino.",
    },
    dpmpp_3m_sde: {
      docs: "Extrapola la imagen de las tres últimas predicciones y resuelve la ecuación estocástica; eta dice cuánto de su ruido es nuevo (sample_dpmpp_3m_sde de k-diffusion, según Lu et al. 2022, arXiv:2211.01095). Orden 2, una llamada al modelo por paso, sortea ruido nuevo por el camino.",
    },
    unipc: {
      docs: "Predice un paso a partir de las últimas predicciones y lo corrige con la de su final (Zhao et al. 2023, arXiv:2302.04867, algoritmos 1 y 2). Orden 3, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    deis: {
      docs: "Integra el polinomio que pasa por las últimas predicciones del ruido, en el logaritmo de sigma (Zhang y Chen 2022, arXiv:2204.13902, sección 3.3, variante log-rho). Orden 2, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    lcm: {
      docs: "Para modelos destilados a ello: predice la imagen, ponle ruido hasta el siguiente nivel, y otra vez (Luo et al. 2023, arXiv:2310.04378, algoritmo 3). Orden 1, una llamada al modelo por paso, sortea ruido nuevo por el camino.",
    },
    tcd: {
      docs: "Para modelos destilados a ello: avanza como DDIM por debajo del siguiente nivel, tanto como diga eta, y pon ruido hasta él (Zheng et al. 2024, arXiv:2402.19159, algoritmo 4). Orden 1, una llamada al modelo por paso, sortea ruido nuevo por el camino.",
    },
    sgd: {
      name: "Descenso de gradiente",
      docs: "Experimental: resta el ruido predicho multiplicado por una tasa de aprendizaje, hasta que quede poco (la tasa es la distancia al siguiente nivel de ruido, lo que lo convierte en el método de Euler con un final propio). Orden 1, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    momentum: {
      name: "Momento",
      docs: "Experimental: descenso de gradiente a lo largo de una media móvil del ruido predicho (torch.optim.SGD con momento 0,5 y amortiguación 0,5). Orden 1, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
    adam: {
      docs: "Experimental: descenso de gradiente a lo largo de una media móvil del ruido predicho, más corto donde el ruido ha crecido desde el primer paso (Kingma y Ba 2014, arXiv:1412.6980, algoritmo 1, con un solo segundo momento para todos los latentes). Orden 1, una llamada al modelo por paso, sin ruido nuevo por el camino.",
    },
  },
  sigmas: {
    config: { name: "Como dice el modelo", docs: "Lo que dice la configuración del modelo." },
    model: { name: "Entrenamiento", docs: "Los niveles de ruido de los instantes del entrenamiento." },
    karras: {
      docs: "A distancias iguales en su raíz séptima: más pasos cerca de la imagen (Karras et al. 2022, arXiv:2206.00364, ecuación 5).",
    },
    exponential: { name: "Exponencial", docs: "A distancias iguales en su logaritmo." },
    beta: {
      docs: "En los cuantiles de la distribución beta con ambos parámetros 0,6: más pasos cerca de los dos extremos (Lee et al. 2024, arXiv:2407.12173).",
    },
    ays: {
      docs: "Hallados por optimización para diez pasos de Stable Diffusion 1, interpolados en el logaritmo para otros (Sabour et al. 2024, arXiv:2404.14507).",
    },
    ays_xl: { docs: "Lo mismo, hallado para Stable Diffusion XL." },
  },
  spacings: {
    leading: { name: "desde 0", docs: "Uno de cada tantos instantes desde 0: nunca llega del todo al más ruidoso." },
    linspace: { name: "iguales", docs: "A distancias iguales desde el instante más ruidoso hasta 0, ambos incluidos." },
    trailing: {
      name: "desde el ruido",
      docs: "Uno de cada tantos instantes contados hacia abajo desde el más ruidoso (Lin et al. 2024, arXiv:2305.08891, tabla 2).",
    },
  },
  longs: {
    truncate: { name: "cortar", docs: "Lo que no cabe en 75 tokens se corta, como hace diffusers" },
    chunks: { name: "trozos", docs: "Cada 75 tokens se codifican por su cuenta; BREAK empieza los siguientes 75" },
    commas: { name: "comas", docs: "Como trozos, y un trozo termina en una coma de entre sus últimos 20 tokens" },
  },
  rngs: {
    cpu: { docs: "Como torch en una CPU (Mersenne Twister): lo que usan los ejemplos de diffusers y algunos programas de escritorio." },
    cuda: { docs: "Como torch en una GPU de NVIDIA (Philox): lo que usan otros programas de escritorio." },
  },
};
