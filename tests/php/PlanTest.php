<?php

use Tayang\Content;
use Tayang\Plan_Controller;
use Tayang\Working_Copy;

/** The plan of publication: what is stored, what goes into the content, and who may touch which picture. */
final class PlanTest extends TayangTestCase
{
    /** @var array<int, int> */
    private array $pictures = [];

    protected function tearDown(): void
    {
        // The files lie outside of the transaction.
        foreach ($this->pictures as $id) {
            wp_delete_attachment($id, true);
        }
        parent::tearDown();
    }

    public function testWithoutAPlanEverythingGoesOut(): void
    {
        $id = $this->make_case(2);
        [$first, $second] = [$this->picture($id), $this->picture($id)];
        wp_set_current_user($this->user('author'));
        set_post_thumbnail($id, $second);
        $content = self::plugin()->content->build($this->row($id));
        self::assertTrue($content['website']);
        self::assertSame([$second, $first], $content['photos']);
        self::assertSame(null, Plan_Controller::stored($id)['photos']);
    }

    public function testPhotosAreThePickedOnesInOrder(): void
    {
        $id = $this->make_case(2);
        [$first, $second, $library] = [$this->picture($id), $this->picture($id), $this->picture(0)];
        $answer = $this->plan($id, ['photos' => [$library, $first], 'website' => false]);
        self::assertSame([200, [$library, $first], false], [$answer->get_status(), $answer->get_data()['photos'],
            $answer->get_data()['website']]);
        $content = self::plugin()->content->build($this->row($id));
        self::assertSame([[$library, $first], false], [$content['photos'], $content['website']]);
        self::assertSame([$first, $second, $library], array_column($content['images'], 'id'), 'a picked photo is one of the images');
        $before = Content::digest($content);
        $this->plan($id, ['photos' => [$first, $library], 'website' => false]);
        self::assertNotSame($before, Content::digest(self::plugin()->content->build($this->row($id))), 'the order is approved, too');
        $this->plan($id, ['photos' => null]);
        self::assertSame([$first, $second], self::plugin()->content->build($this->row($id))['photos']);
        $this->plan($id, ['photos' => []]);
        self::assertSame([], self::plugin()->content->build($this->row($id))['photos'], 'nobody wants a photo');
    }

    public function testAPhotoThatLeftTheLibraryIsLeftOut(): void
    {
        $id = $this->make_case(2);
        [$first, $second] = [$this->picture($id), $this->picture(0)];
        $this->plan($id, ['photos' => [$second, $first]]);
        wp_delete_attachment($second, true);
        self::assertSame([$first], self::plugin()->content->build($this->row($id))['photos']);
    }

    public function testAPlanWithWhatIsNoPictureIsRefused(): void
    {
        $id = $this->make_case(2);
        self::assertSame(422, $this->plan($id, ['photos' => [$id]])->get_status());
        self::assertSame(400, $this->plan($id, ['photos' => ['x']])->get_status());
        self::assertSame(400, $this->plan($id, ['website' => 'perhaps'])->get_status());
    }

    public function testAWorkingCopySpeaksForItsPublicPost(): void
    {
        $public = $this->make_post(['post_status' => 'publish', 'post_name' => 'alamat-tetap']);
        $old = $this->picture($public);
        $copy = $this->make_case(2);
        self::plugin()->meta->write(static function () use ($public, $copy): void {
            update_post_meta($copy, Working_Copy::OF, $public);
            update_post_meta($public, Working_Copy::COPY, $copy);
            update_post_meta($copy, Content::WEBSITE, 'no');
        });
        $content = self::plugin()->content->build($this->row($copy));
        self::assertSame([$public, 'alamat-tetap', true], [$content['post_id'], $content['slug'], $content['website']]);
        self::assertSame([$old], $content['photos']);
    }

    public function testWhoWritesNowDescribesThePicturesOfTheCase(): void
    {
        $id = $this->make_case(2, 'contributor');
        $picture = $this->picture($id, 'admin');
        $words = ['id' => $picture, 'alt' => "Ketua \\o/\n <b>membuka</b> rapat", 'caption' => 'Foto: “Humas”', 'focal' => [12, 88]];
        $answer = $this->rest('POST', "/tayang/v1/posts/$id/pictures", $words, 'contributor');
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        $image = self::plugin()->content->build($this->row($id))['images'][0];
        self::assertSame(['Ketua \\o/ <b>membuka</b> rapat', 'Foto: “Humas”', [12, 88]], [$image['alt'], $image['caption'], $image['focal']]);
        // What is not named stays.
        $this->rest('POST', "/tayang/v1/posts/$id/pictures", ['id' => $picture, 'focal' => [50, 50]], 'contributor');
        self::assertSame('Foto: “Humas”', self::plugin()->content->build($this->row($id))['images'][0]['caption']);
    }

    public function testOthersAreToldWhyNot(): void
    {
        $id = $this->make_case(2, 'contributor');
        $picture = $this->picture($id, 'author');
        $ask = fn(int $post, int $picture, string $who): array => [
            ($answer = $this->rest('POST', "/tayang/v1/posts/$post/pictures", ['id' => $picture, 'alt' => 'x'], $who))->get_status(),
            $answer->get_data()['code'] ?? '', strlen((string) ($answer->get_data()['message'] ?? '')) > 30,
        ];
        self::assertSame([403, 'tayang_locked', true], $ask($id, $picture, 'author'), 'the uploader, too');
        self::assertSame([403, 'tayang_locked', true], $ask($id, $picture, 'admin'));
        $closed = $this->picture($this->make_case(3), 'contributor');
        self::assertSame([403, 'tayang_picture_closed', true], $ask($id, $closed, 'contributor'));
        $library = $this->picture(0, 'contributor');
        self::assertSame([403, 'tayang_not_its_picture', true], $ask($id, $library, 'contributor'));
        $this->rest('POST', "/tayang/v1/posts/$id/plan", ['channels' => [], 'photos' => [$library]], 'contributor');
        self::assertSame(200, $ask($id, $library, 'contributor')[0]);
        self::assertSame(422, $ask($id, $id, 'contributor')[0]);
        self::assertSame(401, $this->rest('POST', "/tayang/v1/posts/$id/pictures", ['id' => $picture])->get_status());
        self::assertSame(400, $this->rest('POST', "/tayang/v1/posts/$id/pictures", ['id' => $picture, 'focal' => [101, 0]], 'contributor')
            ->get_status());
    }

    public function testThePanelShowsPlanAndPictures(): void
    {
        $id = $this->make_case(2);
        $picture = $this->picture($id);
        $panel = $this->rest('GET', "/tayang/v1/posts/$id/panel", [], 'author')->get_data();
        self::assertFalse($panel['reachable'], 'the plan is WordPress’s own: it is there without the sidecar');
        self::assertSame([$picture], array_column($panel['pictures'], 'id'));
        self::assertSame([[50, 50], 8, 6], [$panel['pictures'][0]['focal'], $panel['pictures'][0]['width'], $panel['pictures'][0]['height']]);
        self::assertSame(['website' => true, 'channels' => [], 'photos' => null, 'card' => null], $panel['plan']);
        self::assertSame('Rapat pleno', $panel['article']['title']);
        $library = $this->picture(0);
        $found = $this->rest('GET', "/tayang/v1/posts/$id/pictures", ['ids' => [$library, $id]], 'author')->get_data();
        self::assertSame([$library], array_column($found, 'id'));
    }

    private function plan(int $id, array $plan): WP_REST_Response
    {
        return $this->rest('POST', "/tayang/v1/posts/$id/plan", $plan + ['channels' => []], 'author');
    }

    /** A PNG of 8 x 6 in the library. */
    private function picture(int $parent, string $by = 'author'): int
    {
        $canvas = imagecreatetruecolor(8, 6);
        ob_start();
        imagepng($canvas);
        $upload = wp_upload_bits(uniqid('foto-') . '.png', null, (string) ob_get_clean());
        $id = wp_insert_attachment(['post_mime_type' => 'image/png', 'post_title' => 'Foto', 'post_author' => $this->user($by)], $upload['file'], $parent);
        wp_update_attachment_metadata($id, ['width' => 8, 'height' => 6, 'file' => _wp_relative_upload_path($upload['file']), 'sizes' => []]);
        return $this->pictures[] = $id;
    }
}
