/* Channels, captions and the greeting card: what goes out beside the article. Stored with the post before it is submitted. */
(function (wp, config) {
    'use strict';

    const tayang = window.tayang;
    const text = tayang.text;
    const { createElement: el, useState, useEffect, useRef } = wp.element;
    const { SelectControl, TextControl, TextareaControl, CheckboxControl } = wp.components;
    const SAVE_AFTER_MS = 1200;
    const SIZED = { __nextHasNoMarginBottom: true, __next40pxDefaultSize: true };

    /** Characters as a reader counts them: an emoji of several code points is one. */
    function characters(value) {
        if (window.Intl && Intl.Segmenter) {
            return Array.from(new Intl.Segmenter(config.locale, { granularity: 'grapheme' }).segment(value)).length;
        }
        return Array.from(value).length;
    }

    /** The designs for this occasion; a design without occasions fits all of them. */
    function cardsFor(occasion) {
        return config.cards.filter((card) => !card.occasions.length || card.occasions.includes(occasion));
    }

    function Caption({ channel, value, onChange }) {
        const on = value !== undefined;
        const used = on ? characters(value) : 0;
        const limit = channel.max_characters || 0;
        const over = limit > 0 && used > limit;
        const countId = 'tayang-count-' + channel.key;
        return el('div', { className: 'tayang-channel' },
            el(CheckboxControl, {
                __nextHasNoMarginBottom: true,
                label: channel.account ? channel.name + ' · ' + channel.account : channel.name,
                checked: on,
                onChange: (checked) => onChange(checked ? '' : undefined),
            }),
            on && el(TextareaControl, {
                __nextHasNoMarginBottom: true,
                label: text('caption_for', channel.name), hideLabelFromVision: true,
                placeholder: text('caption'), rows: 6, value, onChange, 'aria-describedby': countId,
            }),
            on && limit > 0 && el('p', { id: countId, className: 'tayang-count' + (over ? ' is-late' : '') },
                over ? text('characters_over', used, limit, used - limit) : text('characters', used, limit)));
    }

    function Card({ cards, card, featured, onChange }) {
        const design = cards.find((one) => one.key === card.template);
        const setField = (key) => (value) => onChange(
            Object.assign({}, card, { fields: Object.assign({}, card.fields, { [key]: value }) }));
        return el('fieldset', { className: 'tayang-card' },
            el('legend', null, text('card')),
            el(SelectControl, Object.assign({
                label: text('card_design'), value: card.template,
                options: [{ value: '', label: text('card_none') }].concat(
                    cards.map((one) => ({ value: one.key, label: one.name }))),
                onChange: (template) => onChange(Object.assign({}, card, { template })),
            }, SIZED)),
            design && design.fields.map((field) => el(TextControl, Object.assign({
                key: field.key, value: card.fields[field.key] || '', onChange: setField(field.key),
                label: field.required ? text('required_label', field.label) : field.label,
                required: field.required, 'data-field': field.key, dir: 'auto',
            }, SIZED))),
            design && el('p', { className: 'description' }, text(featured ? 'card_photo' : 'card_no_photo')));
    }

    function initial(plan) {
        const captions = {};
        plan.channels.forEach((one) => { captions[one.channel] = one.caption; });
        const card = plan.card || { template: '', fields: {} };
        return { captions, card: { template: card.template, fields: Object.assign({}, card.fields) } };
    }

    function body(state, isGreeting, featured) {
        const channels = Object.keys(state.captions).filter((key) => state.captions[key] !== undefined).sort()
            .map((channel) => ({ channel, caption: state.captions[channel] }));
        const card = isGreeting && state.card.template
            ? { template: state.card.template, fields: state.card.fields, photo: featured || null } : null;
        return { channels, card };
    }

    /**
     * The form. `flush` is a ref that receives a function: it saves what is not saved yet and rejects if that fails,
     * so that nothing is submitted with an older caption.
     */
    tayang.Plan = function Plan({ postId, view, featured, flush }) {
        const [state, setState] = useState(() => initial(config.plan));
        const [saving, setSaving] = useState('');
        const latest = useRef(null);
        const saved = useRef(null);
        const occasions = config.occasions[view.procedure.key] || [];
        const isGreeting = occasions.length > 0;
        const cards = isGreeting ? cardsFor((view.disposition || {}).occasion) : [];

        latest.current = JSON.stringify(body(state, isGreeting, featured()));
        if (saved.current === null) {
            saved.current = latest.current;
        }

        async function save() {
            const sending = latest.current;
            if (sending === saved.current) {
                return;
            }
            setSaving(text('saving'));
            try {
                await wp.apiFetch({
                    path: '/tayang/v1/posts/' + postId + '/plan', method: 'POST', data: JSON.parse(sending),
                });
                saved.current = sending;
                config.plan = JSON.parse(sending);
                setSaving(text('saved'));
            } catch (error) {
                setSaving(text('not_saved', error.message));
                throw error;
            }
        }

        flush.current = save;
        useEffect(() => {
            if (latest.current === saved.current) {
                return undefined;
            }
            const timer = setTimeout(() => save().catch(() => {}), SAVE_AFTER_MS);
            return () => clearTimeout(timer);
        }, [latest.current]);
        // The editor takes the panel away when somebody looks at a block: what was typed a moment ago is saved, too.
        useEffect(() => () => {
            flush.current = null;
            config.plan = JSON.parse(latest.current);
            save().catch(() => {});
        }, []);

        const setCaption = (key) => (caption) => setState((old) => Object.assign({}, old, {
            captions: Object.assign({}, old.captions, { [key]: caption }),
        }));
        return el('section', { className: 'tayang-section', 'aria-labelledby': 'tayang-plan-title' },
            el('h3', { id: 'tayang-plan-title' }, text('channels')),
            !config.channels.length && el('p', { className: 'description' }, text('no_channels')),
            config.channels.map((channel) => el(Caption, {
                key: channel.key, channel, value: state.captions[channel.key], onChange: setCaption(channel.key),
            })),
            cards.length > 0 && el(Card, {
                cards, card: state.card, featured: featured(),
                onChange: (card) => setState((old) => Object.assign({}, old, { card })),
            }),
            el('p', { className: 'tayang-saving', role: 'status' }, saving));
    };
})(window.wp, window.tayangConfig);
