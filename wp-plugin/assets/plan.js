/*
 * The plan of publication: website and channels, captions, photos in order with focal points and alternative texts, the
 * greeting card. One store a post holds it: the editor takes the panel away and brings it back, what was typed stays.
 */
(function (wp, config) {
    'use strict';

    const tayang = window.tayang;
    const text = tayang.text;
    const { createElement: el, Fragment, useState, useEffect, useRef } = wp.element;
    const { Button, CheckboxControl, Modal, SelectControl, TextControl, TextareaControl } = wp.components;
    const SAVE_AFTER_MS = 1200;
    const SIZED = { __nextHasNoMarginBottom: true, __next40pxDefaultSize: true };
    const DESCRIBED = ['alt', 'caption', 'focal'];

    function fromServer(plan) {
        const captions = {};
        plan.channels.forEach((one) => { captions[one.channel] = one.caption; });
        const card = plan.card || { template: '', fields: {} };
        return {
            website: plan.website, photos: plan.photos, captions,
            card: { template: card.template, fields: Object.assign({}, card.fields) },
        };
    }

    /** What is said about a picture, as one text to compare. */
    const said = (picture) => JSON.stringify(DESCRIBED.map((key) => picture[key]));

    function createStore(postId) {
        const listeners = new Set();
        const store = {
            plan: null, pictures: {}, ids: [], used: [], featured: 0, article: {}, status: '', isGreeting: false, pending: false,
        };
        let savedPlan = '';
        const savedPictures = {};
        let timer = null;
        let leaving = false;                  // what is typed in the last second is still sent
        let follows = false;                  // an editor tells what it has, else the server does
        let running = Promise.resolve();

        const tell = () => listeners.forEach((listener) => listener());

        function body() {
            const { plan } = store;
            const channels = Object.keys(plan.captions).filter((key) => plan.captions[key] !== undefined).sort()
                .map((channel) => ({ channel, caption: plan.captions[channel] }));
            const card = store.isGreeting && plan.card.template
                ? { template: plan.card.template, fields: plan.card.fields, photo: store.featured || null } : null;
            return { channels, card, website: plan.website, photos: plan.photos };
        }

        const changedPictures = () => Object.values(store.pictures).filter((one) => said(one) !== savedPictures[one.id]);
        const isDirty = () => store.plan !== null && (JSON.stringify(body()) !== savedPlan || changedPictures().length > 0);

        function know(pictures) {
            pictures.forEach((one) => {
                const mine = store.pictures[one.id];
                if (!mine || said(mine) === savedPictures[one.id]) {
                    store.pictures[one.id] = one;
                }
                savedPictures[one.id] = said(one);
            });
        }

        async function send(end, data) {
            return wp.apiFetch({ path: '/tayang/v1/posts/' + postId + '/' + end, method: 'POST', data, keepalive: leaving });
        }

        /** `patient`: a picture that the post does not hold yet waits for the next save of the text. */
        async function save(patient) {
            const plan = JSON.stringify(body());
            if (plan !== savedPlan) {
                await send('plan', JSON.parse(plan));
                savedPlan = plan;
            }
            let waits = false;
            for (const one of changedPictures()) {
                try {
                    await send('pictures', { id: one.id, alt: one.alt, caption: one.caption, focal: one.focal });
                    savedPictures[one.id] = said(one);
                } catch (error) {
                    if (!patient || error.code !== 'tayang_not_its_picture') {
                        throw error;
                    }
                    waits = true;
                }
            }
            return waits;
        }

        function queue(patient) {
            clearTimeout(timer);
            running = running.catch(() => {}).then(async () => {
                if (!isDirty()) {
                    return;
                }
                store.status = text('saving');
                tell();
                try {
                    store.status = await save(patient) ? text('saved_with_text') : text('saved');
                } catch (error) {
                    store.status = text('not_saved', error.message);
                    throw error;
                } finally {
                    tell();
                }
            });
            return running;
        }

        function schedule() {
            clearTimeout(timer);
            timer = isDirty() ? setTimeout(() => queue(true).catch(() => {}), SAVE_AFTER_MS) : null;
        }

        window.addEventListener('pagehide', () => {
            leaving = true;
            queue(true).catch(() => {});
        });
        window.addEventListener('pageshow', () => { leaving = false; });

        return Object.assign(store, {
            subscribe(listener) {
                listeners.add(listener);
                return () => listeners.delete(listener);
            },
            /** The server's word; what was changed here and is not saved yet stays. */
            receive(answer) {
                if (answer.case) {
                    store.isGreeting = ((config.procedures[answer.case.procedure.key] || {}).occasions || []).length > 0;
                }
                if (!answer.plan) {
                    return;
                }
                store.ids = answer.pictures.map((one) => one.id);
                store.article = answer.article;
                if (!follows) {
                    store.featured = answer.featured;
                }
                know(answer.pictures);
                if (store.plan === null || JSON.stringify(body()) === savedPlan) {
                    store.plan = fromServer(answer.plan);
                    savedPlan = JSON.stringify(body());
                }
                tell();
            },
            change(values) {
                store.plan = Object.assign({}, store.plan, values);
                schedule();
                tell();
            },
            describe(id, values) {
                store.pictures[id] = Object.assign({}, store.pictures[id], values);
                schedule();
                tell();
            },
            /** What the editor holds now, saved or not: the featured image, and the pictures in the text. */
            async follow(featured, used) {
                follows = true;
                store.featured = featured;
                store.used = used;
                const unknown = [featured, ...used].filter((id) => id && !store.pictures[id]);
                if (unknown.length) {
                    const query = Array.from(new Set(unknown)).map((id) => 'ids[]=' + id).join('&');
                    know(await wp.apiFetch({ path: '/tayang/v1/posts/' + postId + '/pictures?' + query }).catch(() => []));
                }
                schedule();
                tell();
            },
            know(pictures) {
                know(pictures);
                tell();
            },
            /** Saves what is not saved yet; rejects if that fails, so that nothing is submitted with an older caption. */
            flush: () => queue(false),
            /** Ids of all pictures of the post, as the content will list them: the featured one first, then by id. */
            all() {
                const known = [...store.ids, ...store.used].filter((id) => id !== store.featured && store.pictures[id]);
                const sorted = Array.from(new Set(known)).sort((a, b) => a - b);
                return store.pictures[store.featured] ? [store.featured, ...sorted] : sorted;
            },
            /** What goes to the channels, in order. */
            chosen() {
                const ids = store.plan.photos === null ? this.all() : store.plan.photos;
                return ids.map((id) => store.pictures[id]).filter(Boolean);
            },
        });
    }

    const stores = {};

    /** The one store of a post. */
    tayang.planOf = (postId) => (stores[postId] = stores[postId] || createStore(postId));

    tayang.usePlan = function (postId) {
        const store = tayang.planOf(postId);
        const [, redraw] = useState(0);
        useEffect(() => store.subscribe(() => redraw((count) => count + 1)), [postId]);
        return store;
    };

    /**
     * What would be refused later, or is missing, in plain words: [{key, sentence, severe}]. The buttons still work:
     * the server decides, and the text may be handed to the next person for just this.
     */
    tayang.checks = function (store, view) {
        const { plan } = store;
        const found = [];
        const add = (key, severe, ...values) => found.push({ key, severe, sentence: text(key, ...values) });
        const channels = config.channels.filter((one) => plan.captions[one.key] !== undefined);
        const photos = store.chosen();
        const onSite = plan.website && tayang.showsOnSite(view);
        if (!onSite && !channels.length) {
            add('check_nowhere', true);
        }
        channels.forEach((channel) => {
            tayang.counting.measure(plan.captions[channel.key], channel.limits, tayang.hasLink(channel, plan, view))
                .filter((row) => row.over)
                .forEach((row) => add('check_' + row.what, true, channel.name, row.used, row.limit));
            if (plan.card.template) {
                return;
            }
            if (photos.length < (channel.limits.min_pictures || 0)) {
                add('check_no_picture', true, channel.name);
            }
            photos.filter((one) => tayang.crops.tooSmall([one.width, one.height], tayang.crops.OUTPUTS[channel.kind]))
                .forEach((one) => add('check_small', true, channel.name, one.name));
        });
        const silent = photos.filter((one) => !one.alt.trim()).length;
        if (silent && !plan.card.template && (channels.length || onSite)) {
            add('check_alt', false, silent);
        }
        return found;
    };

    /** The designs for this occasion; a design without occasions fits all of them. */
    function cardsFor(occasion) {
        return config.cards.filter((card) => !card.occasions.length || card.occasions.includes(occasion));
    }

    function Counts({ id, rows, name }) {
        const over = rows.some((row) => row.over);
        useEffect(() => { if (over) { wp.a11y.speak(text('too_long', name)); } }, [over]);
        return el('div', { id, className: 'tayang-counts' }, rows.map((row) => el('p', {
            key: row.what, className: 'tayang-count' + (row.over ? ' is-late' : ''),
        },
            row.over && el('span', { className: 'dashicons dashicons-warning', 'aria-hidden': true }),
            row.over ? text(row.what + '_over', row.used, row.limit, row.used - row.limit) : text(row.what, row.used, row.limit))));
    }

    function Channel({ channel, plan, view, onChange }) {
        const value = plan.captions[channel.key];
        const on = value !== undefined;
        const withLink = tayang.hasLink(channel, plan, view);
        const countId = 'tayang-count-' + channel.key;
        return el('div', { className: 'tayang-channel' + (on ? ' is-on' : ''), 'data-channel': channel.key },
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
            on && el(Counts, {
                id: countId, name: channel.name, rows: tayang.counting.measure(value, channel.limits, withLink),
            }),
            on && withLink && el('p', { className: 'description' }, text('link_added')));
    }

    /** Where the middle of every cut should be: by click, by arrow keys, or by number. */
    function Focal({ picture, onChange }) {
        const place = useRef(null);
        const [x, y] = picture.focal;
        const set = (left, top) => {
            const focal = [left, top].map((one) => Math.max(0, Math.min(100, Math.round(one))));
            onChange({ focal });
            wp.a11y.speak(text('focal_at', focal[0], focal[1]));
        };
        function onClick(event) {
            if (event.detail === 0) {
                return;                       // Enter and Space: the arrows move the point
            }
            const box = place.current.getBoundingClientRect();
            set((event.clientX - box.left) / box.width * 100, (event.clientY - box.top) / box.height * 100);
        }
        function onKeyDown(event) {
            const step = event.shiftKey ? 10 : 1;
            const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
            if (by) {
                event.preventDefault();
                event.stopPropagation();
                set(x + by[0], y + by[1]);
            }
        }
        const number = (label, at, change) => el('label', null, label, el('input', {
            type: 'number', min: 0, max: 100, value: at, onChange: (event) => change(Number(event.target.value)),
        }));
        return el('div', { className: 'tayang-focal' },
            el('p', { className: 'tayang-label' }, text('focal')),
            el('button', {
                type: 'button', ref: place, className: 'tayang-focal-picture', onClick, onKeyDown,
                'aria-label': text('focal_at', x, y), 'aria-describedby': 'tayang-focal-help-' + picture.id,
            },
                el('img', { src: picture.url, alt: '' }),
                el('span', { className: 'tayang-focal-mark', style: { left: x + '%', top: y + '%' }, 'aria-hidden': true })),
            el('p', { id: 'tayang-focal-help-' + picture.id, className: 'description' }, text('focal_help')),
            el('div', { className: 'tayang-focal-numbers' },
                number(text('focal_left'), x, (value) => set(value, y)), number(text('focal_top'), y, (value) => set(x, value))),
            el('div', { className: 'tayang-focal-cuts', 'aria-hidden': true },
                [['website', text('website')], ['instagram', 'Instagram']].map(([key, name]) => el('figure', { key },
                    el(tayang.Cut, { picture: Object.assign({}, picture, { alt: '' }), target: tayang.crops.OUTPUTS[key] }),
                    el('figcaption', null, name)))));
    }

    function PhotoForm({ picture, onChange }) {
        return el('div', { className: 'tayang-photo-form' },
            el(TextareaControl, {
                __nextHasNoMarginBottom: true, rows: 2, label: text('alt'), help: text('alt_help'), value: picture.alt,
                onChange: (alt) => onChange({ alt }), className: 'tayang-alt-field',
            }),
            el(TextControl, Object.assign({
                label: text('photo_caption'), value: picture.caption, onChange: (caption) => onChange({ caption }),
            }, SIZED)),
            el(Focal, { picture, onChange }));
    }

    function Photo({ picture, no, count, open, onOpen, onMove, onRemove, onChange, onDrag }) {
        const row = useRef(null);
        const move = (by, event) => {
            const button = event.currentTarget;
            if (no + by >= 1 && no + by <= count) {
                onMove(no - 1, no - 1 + by);
                wp.a11y.speak(text('photo_moved', picture.name, no + by, count));
                // React moves the row; the finger stays on the same button.
                setTimeout(() => button.focus(), 0);
            }
        };
        const icon = (name, label, props) => el(Button, Object.assign({
            className: 'tayang-icon', 'aria-label': label, title: label,
        }, props), el('span', { className: 'dashicons dashicons-' + name, 'aria-hidden': true }));
        return el('li', Object.assign({ ref: row, className: 'tayang-photo', 'data-photo': picture.id }, onDrag(no - 1)),
            el('div', { className: 'tayang-photo-row' },
                el('span', { className: 'tayang-photo-no', 'aria-hidden': true }, no),
                el('img', { src: picture.thumb, alt: '', style: { objectPosition: picture.focal[0] + '% ' + picture.focal[1] + '%' } }),
                el('span', { className: 'tayang-photo-text' },
                    picture.alt.trim() ? el('span', null, picture.alt)
                        : el('span', { className: 'tayang-missing' },
                            el('span', { className: 'dashicons dashicons-warning', 'aria-hidden': true }), text('alt_none')),
                    el('span', { className: 'tayang-photo-name' }, picture.name))),
            el('div', { className: 'tayang-photo-buttons', role: 'group', 'aria-label': text('photo_no', no, picture.alt || picture.name) },
                el(Button, { variant: 'secondary', 'aria-expanded': open, onClick: onOpen, className: 'tayang-photo-edit' },
                    text(open ? 'photo_close' : 'photo_edit')),
                icon('arrow-up-alt2', text('photo_up', no), { 'aria-disabled': no === 1, onClick: (event) => move(-1, event) }),
                icon('arrow-down-alt2', text('photo_down', no), { 'aria-disabled': no === count, onClick: (event) => move(1, event) }),
                icon('no-alt', text('photo_remove', no), { onClick: onRemove })),
            open && el(PhotoForm, { picture, onChange }));
    }

    /** Opens WordPress's media library; `onPick` gets the pictures as the store knows them. */
    function pickFromLibrary(postId, onPick) {
        const frame = wp.media({
            title: text('photos_pick'), button: { text: text('photos_take') }, library: { type: 'image' }, multiple: 'add',
        });
        frame.on('select', async () => {
            const ids = frame.state().get('selection').map((one) => one.id);
            const query = ids.map((id) => 'ids[]=' + id).join('&');
            onPick(ids, await wp.apiFetch({ path: '/tayang/v1/posts/' + postId + '/pictures?' + query }).catch(() => []));
        });
        frame.open();
    }

    function Photos({ postId, store }) {
        const [open, setOpen] = useState(0);
        const dragged = useRef(null);
        const heading = useRef(null);
        const chosen = store.chosen();
        const ids = chosen.map((one) => one.id);
        const others = store.all().filter((id) => !ids.includes(id)).map((id) => store.pictures[id]);
        const set = (photos) => store.change({ photos });
        const move = (from, to) => {
            const next = ids.slice();
            next.splice(to, 0, ...next.splice(from, 1));
            set(next);
        };
        const drag = (index) => ({
            draggable: open === 0,
            onDragStart: (event) => { dragged.current = index; event.dataTransfer.effectAllowed = 'move'; },
            onDragOver: (event) => { if (dragged.current !== null) { event.preventDefault(); } },
            onDrop: (event) => {
                event.preventDefault();
                if (dragged.current !== null && dragged.current !== index) { move(dragged.current, index); }
                dragged.current = null;
            },
            onDragEnd: () => { dragged.current = null; },
        });
        const remove = (picture) => {
            set(ids.filter((id) => id !== picture.id));
            wp.a11y.speak(text('photo_removed', picture.name));
            heading.current.focus();          // the button is gone with its row
        };
        return el('section', { className: 'tayang-photos-plan', 'aria-labelledby': 'tayang-photos-title' },
            el('h4', { id: 'tayang-photos-title', ref: heading, tabIndex: -1 }, text('photos', chosen.length)),
            el('p', { className: 'description' }, text(chosen.length ? 'photos_help' : 'photos_none')),
            el('ol', { className: 'tayang-photo-list' }, chosen.map((picture, index) => el(Photo, {
                key: picture.id, picture, no: index + 1, count: chosen.length, open: open === picture.id,
                onOpen: () => setOpen(open === picture.id ? 0 : picture.id),
                onMove: move, onRemove: () => remove(picture), onDrag: drag,
                onChange: (values) => store.describe(picture.id, values),
            }))),
            others.length > 0 && el('ul', { className: 'tayang-photo-others', 'aria-label': text('photos_left_out') },
                others.map((picture) => el('li', { key: picture.id },
                    el('img', { src: picture.thumb, alt: '' }), el('span', null, picture.alt || picture.name),
                    el(Button, {
                        variant: 'secondary', 'aria-label': text('photo_add_one', picture.alt || picture.name),
                        onClick: () => set([...ids, picture.id]),
                    }, text('photo_add'))))),
            el('div', { className: 'tayang-buttons' },
                wp.media && el(Button, {
                    variant: 'secondary', className: 'tayang-photos-pick',
                    onClick: () => pickFromLibrary(postId, (picked, pictures) => {
                        store.know(pictures);
                        set(Array.from(new Set([...ids, ...picked])));
                    }),
                }, text('photos_pick')),
                store.plan.photos !== null && el(Button, { variant: 'tertiary', onClick: () => set(null) }, text('photos_all'))));
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

    /** Opens the preview over the editor. `words()`: title and excerpt as the editor has them now. */
    function PreviewButton({ store, view, words }) {
        const [open, setOpen] = useState(false);
        return el(Fragment, null,
            el(Button, { variant: 'secondary', className: 'tayang-preview-open', onClick: () => setOpen(true) }, text('preview')),
            open && el(Modal, { title: text('preview_title'), onRequestClose: () => setOpen(false), className: 'tayang-modal' },
                el('div', { className: 'tayang-panel' },
                    el('p', { className: 'description' }, text('preview_help')),
                    el(tayang.Previews, {
                        view, plan: store.plan, article: Object.assign({}, store.article, words()),
                        pictures: store.chosen(), featured: store.pictures[store.featured],
                    }))));
    }

    tayang.Plan = function Plan({ postId, view, words }) {
        const store = tayang.usePlan(postId);
        const { plan } = store;
        if (!plan) {
            return null;
        }
        const cards = store.isGreeting ? cardsFor((view.disposition || {}).occasion) : [];
        const setCaption = (key) => (caption) => store.change({
            captions: Object.assign({}, store.plan.captions, { [key]: caption }),
        });
        return el('section', { className: 'tayang-section tayang-plan', 'aria-labelledby': 'tayang-plan-title' },
            el('h3', { id: 'tayang-plan-title' }, text('plan')),
            el('h4', null, text('where')),
            tayang.showsOnSite(view) && el('div', { className: 'tayang-website' }, el(CheckboxControl, {
                __nextHasNoMarginBottom: true, label: text('website') + ' · ' + config.site_host, checked: plan.website,
                disabled: Boolean(view.corrects), help: view.corrects ? text('website_stays') : undefined,
                onChange: (website) => store.change({ website }),
            })),
            !config.channels.length && el('p', { className: 'description' }, text('no_channels')),
            config.channels.map((channel) => el(Channel, {
                key: channel.key, channel, plan, view, onChange: setCaption(channel.key),
            })),
            cards.length > 0 && el(Card, {
                cards, card: plan.card, featured: store.featured, onChange: (card) => store.change({ card }),
            }),
            plan.card.template ? el('p', { className: 'description' }, text('card_instead')) : el(Photos, { postId, store }),
            el('div', { className: 'tayang-plan-end' },
                el(PreviewButton, { store, view, words }),
                el('p', { className: 'tayang-saving', role: 'status' }, store.status)));
    };
})(window.wp, window.tayangConfig);
