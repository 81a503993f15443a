/*
 * What readers will see: the post on the website and on each network, with the photos cut as workers/media cuts them
 * (derive.py, focus.py: cover_box). A drawing of ours, not the networks' own pages.
 */
(function (tayang, wp, config) {
    'use strict';

    // workers/media/outputs.yaml; tests/contract/test_counting.py compares. `null`: the whole picture is sent.
    const OUTPUTS = { website: [1200, 630], instagram: [1080, 1350], bluesky: null, mastodon: null };
    // derive.py refuses to enlarge a picture further than this.
    const MAX_ENLARGEMENT = 2;
    const GRID = 4;

    /** Largest box of the target's shape inside `size`, its centre as near to `focal` (per cent) as possible. */
    function coverBox(size, target, focal) {
        const scale = Math.min(size[0] / target[0], size[1] / target[1]);
        const box = [target[0] * scale, target[1] * scale];
        const start = [0, 1].map((i) => Math.min(Math.max(focal[i] / 100 * size[i] - box[i] / 2, 0), Math.max(size[i] - box[i], 0)));
        return [start[0], start[1], Math.min(start[0] + box[0], size[0]), Math.min(start[1] + box[1], size[1])];
    }

    /** The same cut as CSS: `object-position` for a picture with `object-fit: cover` in a box of the target's shape. */
    function position(size, target, focal) {
        const box = coverBox(size, target, focal);
        const free = [size[0] - (box[2] - box[0]), size[1] - (box[3] - box[1])];
        return free.map((room, i) => (room > 0.01 ? box[i] / room * 100 : 50).toFixed(2) + '%').join(' ');
    }

    /** Whether a cut of the target's size would have to enlarge the picture too far. */
    function tooSmall(size, target) {
        return Boolean(target) && Math.max(target[0] / size[0], target[1] / size[1]) > MAX_ENLARGEMENT;
    }

    tayang.crops = { OUTPUTS, coverBox, position, tooSmall };
    if (typeof module !== 'undefined') {
        module.exports = tayang.crops;
        return;
    }

    const text = tayang.text;
    const { createElement: el, Fragment, useState } = wp.element;
    const { Button, TabPanel } = wp.components;

    /** A photo of the post, cut to `target` around its focal point, or whole. */
    tayang.Cut = function Cut({ picture, target, className }) {
        const size = [picture.width || 1, picture.height || 1];
        const style = target
            ? { aspectRatio: target.join(' / '), objectFit: 'cover', objectPosition: position(size, target, picture.focal) }
            : { aspectRatio: size.join(' / '), objectFit: 'cover' };
        return el('img', { src: picture.url, alt: picture.alt, style, className: 'tayang-cut ' + (className || '') });
    };

    /** The caption with its links, hashtags and accounts marked as the networks mark them. */
    function Words({ value }) {
        const { LINK, HASHTAG, MENTION } = tayang.counting;
        const found = [LINK, HASHTAG, MENTION].flatMap((kind) => Array.from(value.matchAll(kind)))
            .map((match) => [match.index + (match[1] || '').length, match.index + match[0].length]).sort((a, b) => a[0] - b[0]);
        const parts = [];
        let at = 0;
        found.forEach(([start, end]) => {
            if (start >= at) {
                parts.push(value.slice(at, start), el('span', { key: start, className: 'tayang-link' }, value.slice(start, end)));
                at = end;
            }
        });
        return el('p', { className: 'tayang-words' }, ...parts, value.slice(at));
    }

    /** Host and beginning of the path, as Bluesky shows a link (workers/channels/bluesky.py: shortened). */
    function shortened(link, characters) {
        const whole = link.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '');
        const letters = Array.from(whole);
        return letters.length <= characters ? whole : letters.slice(0, characters - 1).join('') + '…';
    }

    function Who({ channel }) {
        const name = config.site_name;
        return el('div', { className: 'tayang-who-posts' },
            el('span', { className: 'tayang-avatar', 'aria-hidden': true }, name.slice(0, 1)),
            el('span', null, channel.kind === 'instagram' ? null : el('strong', null, name),
                el('span', { className: 'tayang-handle' }, channel.account)));
    }

    function Alt({ picture }) {
        return el('span', { className: 'tayang-alt' + (picture.alt ? '' : ' is-missing') },
            picture.alt ? 'ALT' : text('alt_none'));
    }

    function Carousel({ pictures, target }) {
        const [at, setAt] = useState(0);
        const now = Math.min(at, pictures.length - 1);
        const step = (by) => () => {
            setAt(now + by);
            wp.a11y.speak(text('photo_of', now + by + 1, pictures.length));
        };
        return el('div', { className: 'tayang-carousel' },
            el(tayang.Cut, { picture: pictures[now], target }), el(Alt, { picture: pictures[now] }),
            pictures.length > 1 && el('div', { className: 'tayang-carousel-bar' },
                el(Button, { variant: 'secondary', 'aria-disabled': now === 0, onClick: () => now > 0 && step(-1)() },
                    text('photo_before')),
                el('span', null, text('photo_of', now + 1, pictures.length)),
                el(Button, {
                    variant: 'secondary', 'aria-disabled': now === pictures.length - 1,
                    onClick: () => now < pictures.length - 1 && step(1)(),
                }, text('photo_after'))));
    }

    function Grid({ pictures }) {
        return el('div', { className: 'tayang-grid is-' + Math.min(pictures.length, GRID) },
            pictures.slice(0, GRID).map((picture) => el('div', { key: picture.id },
                el(tayang.Cut, { picture, target: pictures.length > 1 ? [4, 3] : null }), el(Alt, { picture }))));
    }

    /** The painted card in its feed size; the workers paint it when the work is handed in. */
    function Card({ view }) {
        const feed = (view.card || []).find((one) => one.height > one.width && one.height < one.width * 1.5) || (view.card || [])[0];
        return feed ? el('img', { className: 'tayang-cut', src: feed.url, alt: feed.alt })
            : el('p', { className: 'tayang-placeholder' }, text('preview_card'));
    }

    function Network({ channel, plan, view, article, pictures }) {
        const limits = channel.limits;
        const caption = (plan.captions[channel.key] || '').trim();
        const sent = limits.max_pictures ? pictures.slice(0, limits.max_pictures) : pictures;
        const isInstagram = channel.kind === 'instagram';
        const media = plan.card.template ? el(Card, { view })
            : sent.length > 0 && (isInstagram ? el(Carousel, { pictures: sent, target: OUTPUTS.instagram }) : el(Grid, { pictures: sent }));
        const link = tayang.hasLink(channel, plan, view) && !caption.includes(article.link) && el('p', { className: 'tayang-words' },
            el('span', { className: 'tayang-link' },
                channel.kind === 'bluesky' ? shortened(article.link, limits.link_characters || 30) : article.link));
        const words = caption ? el(Words, { value: caption }) : el('p', { className: 'description' }, text('caption_none'));
        return el('article', { className: 'tayang-post is-' + channel.kind },
            el(Who, { channel }),
            isInstagram ? el(Fragment, null, media, words) : el(Fragment, null, words, link, media),
            isInstagram && !media && el('p', { className: 'tayang-field-error' }, text('check_no_picture', channel.name)),
            pictures.length > sent.length && el('p', { className: 'description' }, text('photos_cut', channel.name, sent.length)));
    }

    function Website({ article, featured }) {
        return el('article', { className: 'tayang-post is-website' },
            el('p', { className: 'tayang-site' }, config.site_name),
            featured && el(tayang.Cut, { picture: featured, target: OUTPUTS.website }),
            el('h3', null, article.title),
            article.excerpt && el('p', null, article.excerpt),
            el('p', { className: 'tayang-handle' }, article.link),
            article.preview && el('p', null, el('a', { href: article.preview, target: '_blank', rel: 'noopener' },
                text('preview_page'), el('span', { className: 'screen-reader-text' }, ' ', text('new_tab')))));
    }

    /** Whether this network's post carries the link to the article. */
    tayang.hasLink = function (channel, plan, view) {
        return Boolean(channel.limits.link) && plan.website && tayang.showsOnSite(view);
    };

    /** Whether cases of this kind may be shown on the website at all. */
    tayang.showsOnSite = (view) => Boolean((config.procedures[view.procedure.key] || {}).website);

    /** One tab a place: the website, then each channel that is switched on. */
    tayang.Previews = function Previews({ view, plan, article, pictures, featured }) {
        const onSite = plan.website && tayang.showsOnSite(view);
        const channels = config.channels.filter((one) => plan.captions[one.key] !== undefined);
        const tabs = (onSite ? [{ name: 'website', title: text('website') }] : [])
            .concat(channels.map((one) => ({ name: one.key, title: one.name })));
        if (!tabs.length) {
            return el('p', { className: 'description' }, text('check_nowhere'));
        }
        return el(TabPanel, { key: tabs.map((one) => one.name).join(), className: 'tayang-previews', tabs }, (tab) => (
            tab.name === 'website' ? el(Website, { article, featured })
                : el(Network, { key: tab.name, channel: channels.find((one) => one.key === tab.name), plan, view, article, pictures })));
    };
})(typeof window === 'undefined' ? {} : (window.tayang = window.tayang || {}),
    typeof window === 'undefined' ? null : window.wp, typeof window === 'undefined' ? null : window.tayangConfig);
