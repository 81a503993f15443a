/*
 * Counts a caption as the networks count it: the same arithmetic as workers/channels/limits.py and the networks' own files
 * there. Vectors for both languages: tests/vectors/captions.json (tests/contract/test_counting.py runs them here in node).
 */
(function (tayang) {
    'use strict';

    // Python's \s and \w; the languages differ in a few code points.
    const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
    const LINK = new RegExp('https?://[^' + SPACE + '<>"]+[^' + SPACE + '<>"\'.,;:!?)\\]}]', 'gu');
    const HASHTAG = /#[\p{L}\p{N}_]+/gu;
    // What stands before it is in the first group: older phones do not know how to look behind.
    const MENTION = /(^|[^\p{L}\p{N}_@])@[\p{L}\p{N}_]+/gu;
    const COUNTERS = { graphemes, code_points: codePoints, code_points_links: withFixedLinks };
    // The empty line between a caption and the link to the article.
    const BEFORE_LINK = 2;

    function graphemes(text) {
        if (!Intl.Segmenter) {
            return codePoints(text);          // never fewer than graphemes: a caption that fits, fits
        }
        return Array.from(new Intl.Segmenter('id', { granularity: 'grapheme' }).segment(text)).length;
    }

    function codePoints(text) {
        return Array.from(text).length;
    }

    function withFixedLinks(text, limits) {
        const links = text.match(LINK) || [];
        return codePoints(text) + links.reduce((sum, link) => sum + limits.link_characters - codePoints(link), 0);
    }

    /** What a caption holds, by the rule of `limits.counted_as`: {characters, bytes, hashtags, mentions}. */
    function count(text, limits) {
        return {
            characters: (COUNTERS[limits.counted_as] || codePoints)(text, limits),
            bytes: new TextEncoder().encode(text).length,
            hashtags: (text.match(HASHTAG) || []).length,
            mentions: (text.match(MENTION) || []).length,
        };
    }

    /**
     * The lines under a caption: [{what, used, limit, over}], characters first. The others come only when they are near
     * their limit or beyond it. `withLink`: the network adds the link to the article.
     */
    function measure(text, limits, withLink) {
        const used = count(text.trim(), limits);
        const link = withLink ? (limits.link_characters || 0) + BEFORE_LINK : 0;
        const rows = [
            ['characters', limits.max_characters ? limits.max_characters - link : 0],
            ['bytes', limits.max_text_bytes ? limits.max_text_bytes - link : 0],
            ['hashtags', limits.max_hashtags || 0],
            ['mentions', limits.max_mentions || 0],
        ];
        return rows
            .map(([what, limit]) => ({ what, used: used[what], limit, over: limit > 0 && used[what] > limit }))
            .filter((row) => row.limit > 0 && (row.what === 'characters' || row.over || row.used >= row.limit * 0.8));
    }

    tayang.counting = { count, measure, LINK, HASHTAG, MENTION };

    if (typeof module !== 'undefined') {
        module.exports = tayang.counting;
    }
})(typeof window === 'undefined' ? {} : (window.tayang = window.tayang || {}));
