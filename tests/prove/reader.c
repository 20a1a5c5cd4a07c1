/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/number.c */
/* models: models.c results.c */
/* functions: read_with read_value read_children read_members read_elements read_word read_number names_differ */
/* functions: compare_names block_of place take skip_space fail */
#include "core/reader.c"
#include "prove.h"

/* The tree, which Eva cannot follow through any text: these documents, each cut at each place, with
 * as many nodes, names and bytes of texts as okta_read_object counts, each in a place of its own. */
static const char *const documents[] = {
    "{}",
    " { \"a\" : [ ] , \"b\" : { } } ",
    "{\"a\":[1,-2.5,\"x\\u00e9\",true,false,null,[[]],{\"b\":{\"c\":\"\"}}],\"d\":0}",
    "{\"a\":1,\"b\":2,\"a\":3}",
    "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":11,\"l\":12,\"m\":13,"
    "\"n\":14,\"o\":15,\"p\":16,\"q\":17}",
    "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":11,\"l\":12,\"m\":13,"
    "\"n\":14,\"o\":15,\"p\":16,\"a\":17}",
    "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
    "{\"a\":1]",
    "{\"a\":[1}",
    "{\"a\" 1}",
    "{,}",
    "{\"a\":1}x",
    "[]",
};

static void read_cut(const char *document, size_t length)
{
    char *text = room(length);
    size_t commas, nodes;
    const unsigned char *start = (const unsigned char *)text;
    reader r = {.start = start, .at = start, .end = start + length};

    memcpy(text, document, length);
    commas = okta_text_count(text, length, ',');
    nodes = 1 + commas + okta_text_count(text, length, '{') + okta_text_count(text, length, '[');
    r.nodes = room(nodes * sizeof(node));
    r.names = room((commas + 1) * sizeof(char *));
    r.texts = r.text = room(length);
    free(read_with(&r, false, NULL));
    free(r.nodes);
    free(r.names);
    free(r.texts);
    free(text);
}

int main(void)
{
    /*@ loop unroll 20; */
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        size_t length = strlen(documents[i]);

        read_cut(documents[i], length);
        if (length < 70)
            /*@ loop unroll 80; */
            for (size_t cut = 0; cut < length; cut++)
                read_cut(documents[i], cut);
    }
    return 0;
}
