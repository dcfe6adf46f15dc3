"""Files that were damaged, hostile or written in an unusual way, made from honest ones, and a load that is held to its
promises while it reads them."""
