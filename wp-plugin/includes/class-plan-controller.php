<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The plan of publication, as the panel edits it: website on or off, channels with their captions, the photos in order,
 * the card; and what is said about each picture. All of it is words: only who writes now may set them.
 */
final class Plan_Controller
{
    private const MAX_PHOTOS = 50;

    public function __construct(
        private readonly Rest_Controller $rest,
        private readonly Publish_Gate $gate,
        private readonly Case_Mirror $cases,
        private readonly Sop $sop
    ) {
    }

    public function register_routes(): void
    {
        $ids = ['type' => ['array', 'null'], 'items' => ['type' => 'integer', 'minimum' => 1], 'maxItems' => self::MAX_PHOTOS];
        $this->route('POST', 'plan', 'plan', 'may_write', [
            'channels' => ['type' => 'array', 'required' => true],
            'website' => ['type' => 'boolean', 'default' => true],
            'photos' => $ids + ['default' => null],
        ]);
        $this->route('GET', 'pictures', 'pictures', 'may_see', ['ids' => ['required' => true, 'type' => 'array'] + $ids]);
        $this->route('POST', 'pictures', 'describe', 'may_write', [
            'id' => ['type' => 'integer', 'required' => true, 'minimum' => 1],
            'alt' => ['type' => 'string'],
            'caption' => ['type' => 'string'],
            'focal' => ['type' => 'array', 'minItems' => 2, 'maxItems' => 2,
                'items' => ['type' => 'integer', 'minimum' => 0, 'maximum' => 100]],
        ]);
    }

    public function may_see(\WP_REST_Request $request): bool|\WP_Error
    {
        return $this->rest->may_see_post($request);
    }

    public function may_write(\WP_REST_Request $request): bool|\WP_Error
    {
        $may = $this->rest->may_write_post($request);
        $post = $this->rest->post($request);
        if ($may !== true || is_wp_error($post) || !$this->gate->is_locked($post->ID, get_current_user_id())) {
            return $may;
        }
        return new \WP_Error('tayang_locked', $this->gate->sentence($post->ID), ['status' => 403]);
    }

    /**
     * What the panel shows of a post beside its case.
     *
     * @return array{plan: array<string, mixed>, pictures: array<int, array<string, mixed>>, featured: int, article: array<string, string>}
     */
    public static function shown(\WP_Post $post): array
    {
        $ids = Content::image_ids($post);
        _prime_post_caches($ids, false);
        return [
            'plan' => self::stored($post->ID),
            'pictures' => array_map([self::class, 'picture'], $ids),
            'featured' => (int) get_post_thumbnail_id($post),
            'article' => [
                'title' => wp_specialchars_decode($post->post_title, ENT_QUOTES),
                'excerpt' => wp_specialchars_decode($post->post_excerpt !== '' ? wp_strip_all_tags($post->post_excerpt)
                    : wp_trim_words(excerpt_remove_blocks($post->post_content), 30, ' …'), ENT_QUOTES),
                'link' => self::future_link($post),
                'preview' => current_user_can('edit_post', $post->ID) ? (string) get_preview_post_link($post) : '',
            ],
        ];
    }

    /** The address that the post will have. */
    private static function future_link(\WP_Post $post): string
    {
        $published = clone get_post(Working_Copy::subject($post->ID));
        $published->post_status = 'publish';
        $published->post_name = Content::slug($published);
        $published->filter = 'sample';
        return (string) get_permalink($published);
    }

    /** Stores the plan; answers what is stored. */
    public function plan(\WP_REST_Request $request): array|\WP_Error
    {
        $post = $this->rest->post($request);
        $channels = $this->channels((array) $request['channels']);
        $card = $this->card($request['card']);
        $photos = self::photos($request['photos']);
        foreach ([$channels, $card, $photos] as $part) {
            if (is_wp_error($part)) {
                return $part;
            }
        }
        update_post_meta($post->ID, Content::CHANNELS, wp_slash($channels));
        self::keep($post->ID, Content::CARD, $card === null ? null : wp_slash($card));
        self::keep($post->ID, Content::WEBSITE, $request['website'] ? null : 'no');
        self::keep($post->ID, Content::PHOTOS, $photos);
        return self::stored($post->ID);
    }

    /** Pictures that the editor shows and the post does not hold yet, by id. */
    public function pictures(\WP_REST_Request $request): array
    {
        $ids = array_filter(
            array_map('intval', (array) $request['ids']),
            static fn(int $id): bool => wp_attachment_is_image($id) && current_user_can('read_post', $id)
        );
        return array_map([self::class, 'picture'], array_values($ids));
    }

    /** Alternative text, caption and focal point of one picture of the post, whoever uploaded it. */
    public function describe(\WP_REST_Request $request): array|\WP_Error
    {
        $post = $this->rest->post($request);
        $body = $request->get_json_params() ?: $request->get_body_params();
        $id = (int) ($body['id'] ?? 0);
        $refused = $this->refuse_picture($post, $id);
        if ($refused) {
            return $refused;
        }
        if (isset($body['alt'])) {
            update_post_meta($id, '_wp_attachment_image_alt', wp_slash(self::line((string) $body['alt'])));
        }
        if (isset($body['focal'])) {
            update_post_meta($id, Content::FOCAL, array_map('intval', array_values($body['focal'])));
        }
        if (isset($body['caption'])) {
            $caption = Rest_Controller::text((string) $body['caption']);
            $written = wp_update_post(wp_slash(['ID' => $id, 'post_excerpt' => wp_kses_post($caption)]), true);
            if (is_wp_error($written)) {
                return $written;
            }
        }
        return self::picture($id);
    }

    /**
     * A picture as the panel shows it; the sizes are those of the upright picture, for the arithmetic of crops.
     *
     * @return array{id: int, url: string, thumb: string, width: int, height: int, alt: string, caption: string, focal: array{int, int}, name: string}
     */
    public static function picture(int $id): array
    {
        [$url, $width, $height] = wp_get_attachment_image_src($id, 'large') ?: ['', 0, 0];
        $file = wp_get_attachment_metadata($id);
        return [
            'id' => $id,
            'url' => (string) $url,
            'thumb' => (string) (wp_get_attachment_image_url($id, 'medium') ?: $url),
            'width' => (int) ($file['width'] ?? $width),
            'height' => (int) ($file['height'] ?? $height),
            'alt' => (string) get_post_meta($id, '_wp_attachment_image_alt', true),
            'caption' => (string) get_post_field('post_excerpt', $id, 'raw'),
            'focal' => Content::focal($id),
            'name' => wp_basename((string) get_attached_file($id)),
        ];
    }

    /** @return array{website: bool, channels: array<int, array<string, string>>, photos: array<int, int>|null, card: array<string, mixed>|null} */
    public static function stored(int $post_id): array
    {
        $card = Content::card($post_id);
        return [
            'website' => Content::website($post_id),
            'channels' => Content::channels($post_id),
            'photos' => Content::picked($post_id),
            'card' => $card === null ? null : ['fields' => (object) $card['fields']] + $card,
        ];
    }

    /** Why this picture may not be described here; null when it may. */
    private function refuse_picture(\WP_Post $post, int $id): ?\WP_Error
    {
        if (!wp_attachment_is_image($id)) {
            return self::malformed(__('There is no such picture here.', 'tayang'));
        }
        $parent = (int) wp_get_post_parent_id($id);
        $own = in_array($parent, [$post->ID, Working_Copy::subject($post->ID)], true);
        // Another post's text may be closed at this moment, and its pictures with it.
        if (!$own && $parent && $this->gate->is_locked($parent, get_current_user_id())) {
            return new \WP_Error(
                'tayang_picture_closed',
                __('This picture belongs to another post whose text is closed now. Upload it again to describe it here.', 'tayang'),
                ['status' => 403]
            );
        }
        return $own || in_array($id, Content::image_ids($post), true) ? null : new \WP_Error(
            'tayang_not_its_picture',
            __('This picture is not in this post yet: save the post, then describe the picture.', 'tayang'),
            ['status' => 403]
        );
    }

    /** @return array<int, array{channel: string, caption: string}>|\WP_Error */
    private function channels(array $given): array|\WP_Error
    {
        $known = array_column($this->sop->data()['channels'] ?? [], 'key');
        $channels = [];
        foreach ($given as $one) {
            $key = is_array($one) ? (string) ($one['channel'] ?? '') : '';
            if (!in_array($key, $known, true)) {
                /* translators: %s: key of a channel, such as "bluesky" */
                return self::malformed(sprintf(__('The office has no channel “%s”.', 'tayang'), $key));
            }
            $channels[] = ['channel' => $key, 'caption' => Rest_Controller::text((string) ($one['caption'] ?? ''))];
        }
        return $channels;
    }

    /** @return array<string, mixed>|\WP_Error|null */
    private function card(mixed $given): array|\WP_Error|null
    {
        if (!is_array($given) || empty($given['template'])) {
            return null;
        }
        if (!in_array($given['template'], array_column($this->sop->data()['cards'] ?? [], 'key'), true)) {
            return self::malformed(__('There is no such card template.', 'tayang'));
        }
        $fields = [];
        foreach ((array) ($given['fields'] ?? []) as $key => $text) {
            if (is_scalar($text)) {
                $fields[sanitize_key($key)] = Rest_Controller::text((string) $text);
            }
        }
        $photo = (int) ($given['photo'] ?? 0);
        if ($photo && !wp_attachment_is_image($photo)) {
            return self::malformed(__('There is no such picture here.', 'tayang'));
        }
        return ['template' => (string) $given['template'], 'fields' => $fields, 'photo' => $photo ?: null];
    }

    /** @return array<int, int>|\WP_Error|null */
    private static function photos(mixed $given): array|\WP_Error|null
    {
        if (!is_array($given)) {
            return null;
        }
        $ids = array_values(array_unique(array_map('intval', $given)));
        return array_filter($ids, 'wp_attachment_is_image') === $ids
            ? $ids
            : self::malformed(__('There is no such picture here.', 'tayang'));
    }

    private static function keep(int $post_id, string $key, mixed $value): void
    {
        $value === null ? delete_post_meta($post_id, $key) : update_post_meta($post_id, $key, $value);
    }

    private static function line(string $text): string
    {
        return trim((string) preg_replace('/\s+/u', ' ', Rest_Controller::text($text)));
    }

    /** @param array<string, array<string, mixed>> $args */
    private function route(string $method, string $end, string $answer, string $permission, array $args): void
    {
        register_rest_route('tayang/v1', "/posts/(?P<id>\d+)/$end", [
            'methods' => $method,
            'permission_callback' => [$this, $permission],
            'callback' => [$this, $answer],
            'args' => $args,
        ]);
    }

    private static function malformed(string $message): \WP_Error
    {
        return new \WP_Error('malformed', $message, ['status' => 422]);
    }
}
