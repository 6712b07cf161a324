// What things and words of prompts are called in Spanish: of the model that comes with the page, whose words are English. Accents are left out
// where they are compared. Several names are parted by bars, the usual one first; plurals need no name of their own.

/** Things, by their English name. @type {Record<string, string>} */
export const THINGS = {
  "airplane": "avión|aeroplano", "alarm clock": "despertador|reloj despertador", "alien": "extraterrestre|alienígena|marciano", "apple": "manzana", "artist palette": "paleta de pintor|paleta",
  "avocado": "aguacate|palta", "balloon": "globo", "banana": "plátano|banana|banano", "basketball": "balón de baloncesto|pelota de baloncesto|baloncesto", "bear": "oso|osa", "bee": "abeja",
  "beer mug": "jarra de cerveza|cerveza", "bicycle": "bicicleta|bici", "birthday cake": "tarta de cumpleaños|pastel de cumpleaños|torta de cumpleaños|tarta|pastel", "books": "libros|libro", "bread": "pan|barra de pan",
  "broccoli": "brócoli", "bubble tea": "té de burbujas", "bus": "autobús|bus|colectivo", "butterfly": "mariposa", "cactus": "cactus", "camera": "cámara de fotos|cámara", "candle": "vela", "candy": "caramelo|dulce",
  "car": "coche|carro|auto|automóvil", "carrot": "zanahoria", "castle": "castillo", "cat": "gato|gata|gatito|gatita", "cheese": "queso", "cherries": "cerezas|cereza", "cherry blossom": "flor de cerezo",
  "chick": "pollito", "chili": "chile|guindilla|ají", "chocolate bar": "tableta de chocolate|chocolate", "christmas tree": "árbol de Navidad", "cloud": "nube", "cookie": "galleta", "cool face": "cara con gafas de sol",
  "corn": "mazorca de maíz|maíz|mazorca", "cow": "vaca", "crab": "cangrejo", "crocodile": "cocodrilo", "croissant": "cruasán|croissant", "crown": "corona", "cup of coffee": "taza de café|café", "cupcake": "magdalena|cupcake",
  "diamond": "diamante", "dinosaur": "dinosaurio", "dog": "perro|perra|perrito", "dolphin": "delfín", "doughnut": "rosquilla|dónut|dona", "drum": "tambor", "duck": "pato|pata", "eggplant": "berenjena",
  "elephant": "elefante", "fire": "fuego|llama", "fish": "pez|pescado", "flamingo": "flamenco", "four leaf clover": "trébol de cuatro hojas|trébol", "fox": "zorro|zorra", "french fries": "patatas fritas|papas fritas",
  "fried egg": "huevo frito", "frog": "rana", "ghost": "fantasma", "gift": "regalo", "giraffe": "jirafa", "gorilla": "gorila", "grapes": "uvas|uva", "guitar": "guitarra", "hamburger": "hamburguesa", "hamster": "hámster",
  "heart": "corazón", "hedgehog": "erizo", "helicopter": "helicóptero", "horse": "caballo|yegua", "hot dog": "perrito caliente", "house": "casa|casita", "ice cream": "helado", "jellyfish": "medusa", "kangaroo": "canguro",
  "key": "llave", "kiwi": "kiwi", "koala": "koala", "ladybug": "mariquita", "laptop": "portátil|ordenador portátil|computadora portátil|laptop", "lemon": "limón", "light bulb": "bombilla|foco", "lion": "león",
  "lobster": "langosta|bogavante", "lollipop": "piruleta|paleta de caramelo|chupetín", "mango": "mango", "maple leaf": "hoja de arce", "monkey": "mono|mona", "moon": "luna", "mouse": "ratón", "mushroom": "seta|hongo|champiñón",
  "octopus": "pulpo", "otter": "nutria", "owl": "búho|lechuza", "palm tree": "palmera", "pancakes": "tortitas|panqueques|tortita", "panda": "panda|oso panda", "parrot": "loro|papagayo", "peach": "melocotón|durazno",
  "peacock": "pavo real", "pear": "pera", "penguin": "pingüino", "pie": "tarta de manzana|pay", "pig": "cerdo|cerdito|chancho", "pineapple": "piña|ananá", "pizza": "pizza", "planet": "planeta", "popcorn": "palomitas|palomitas de maíz",
  "pretzel": "pretzel", "pumpkin": "calabaza", "rabbit": "conejo|coneja", "raccoon": "mapache", "rainbow": "arcoíris|arco iris", "robot": "robot", "rocket": "cohete", "rooster": "gallo", "rose": "rosa", "sailboat": "velero|barco de vela",
  "shark": "tiburón", "skull": "calavera|cráneo", "sloth": "perezoso", "snail": "caracol", "snake": "serpiente|culebra", "snowflake": "copo de nieve", "snowman": "muñeco de nieve", "soccer ball": "balón de fútbol|pelota de fútbol|balón|pelota",
  "squid": "calamar", "star": "estrella", "strawberry": "fresa|frutilla", "sun": "sol", "sunflower": "girasol", "sunglasses": "gafas de sol|lentes de sol", "sushi": "sushi", "swan": "cisne", "taco": "taco", "teapot": "tetera",
  "teddy bear": "osito de peluche|oso de peluche", "tent": "tienda de campaña|carpa", "tiger": "tigre", "tomato": "tomate", "top hat": "sombrero de copa", "train": "tren", "tree": "árbol", "trophy": "trofeo", "trumpet": "trompeta",
  "tulip": "tulipán", "turtle": "tortuga", "umbrella": "paraguas", "unicorn": "unicornio", "violin": "violín", "volcano": "volcán", "watermelon": "sandía", "whale": "ballena", "wolf": "lobo|loba", "zebra": "cebra",
};

/** Colours: of a thing or of what is behind it. They follow the noun in Spanish, and take its gender. @type {Record<string, string>} */
export const COLOURS = {
  "white": "blanco|blanca", "black": "negro|negra", "gray": "gris", "red": "rojo|roja", "orange": "naranja|anaranjado|anaranjada", "yellow": "amarillo|amarilla", "green": "verde", "blue": "azul",
  "light blue": "azul claro|azul celeste|celeste", "purple": "morado|morada|violeta|púrpura|lila", "pink": "rosa|rosado|rosada", "brown": "marrón|café|castaño|castaña",
};

/** How something is drawn. @type {Record<string, string>} */
export const STYLES = { "flat": "plano|plana|estilo plano", "3d": "en 3d|3d|tridimensional", "ink": "a tinta|tinta" };

/** Sizes, which follow the noun or come before it. @type {Record<string, string>} */
export const SIZES = { "small": "pequeño|pequeña", "tiny": "diminuto|diminuta" };

/** What stands between two things. @type {Record<string, string>} */
export const BETWEEN = { "next to": "junto a|al lado de", "above": "encima de|sobre|por encima de", "and": "y|e", "with": "con", "of": "de", "emoji": "emoji" };

/** Small words that no picture lacks, in both languages. */
export const SMALL_WORDS = "the|in|at|is|are|to|with|my|your|its|this|that|some|very|please|en|a|de|por|para|que|se|su|muy|es|con|y|o|un|una|unos|unas|el|la|los|las";

export const ARTICLES = "un|una|unos|unas|el|la|los|las";
/** What leads to a background, and the word itself. */
export const BEHIND = { on: "sobre|en|con", background: "fondo|fondo de color|fondo color" };

/** The prompts that the model proposes. @type {Record<string, string>} */
export const EXAMPLES = {
  "a fox next to a mushroom": "un zorro junto a una seta",
  "an owl, 3d": "un búho, en 3D",
  "a star above a castle": "una estrella encima de un castillo",
  "a purple butterfly on a yellow background": "una mariposa morada sobre fondo amarillo",
  "a penguin and a pizza, flat": "un pingüino y una pizza, plano",
  "a car beside a bus on a light blue background": "un coche junto a un autobús sobre fondo azul claro",
  "a fox on a light blue background": "un zorro sobre fondo azul claro",
};
